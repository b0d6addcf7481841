import type { SeenRequest } from "./seen-request.ts";

/** When a request was under way, in milliseconds. */
type Span = Pick<SeenRequest, "atMs" | "endedMs">;

/**
 * Most requests under way at one moment, of those given in the order of their arrival. An answer that
 * ends as another request arrives makes room for it.
 */
export function mostAtOnce(requests: readonly Span[]): number {
  const ends = requests
    .map(({ endedMs }) => endedMs ?? Number.POSITIVE_INFINITY)
    .toSorted((a, b) => a - b);
  let over = 0;
  let most = 0;
  for (const [index, { atMs }] of requests.entries()) {
    while (ends[over]! <= atMs) over += 1;
    most = Math.max(most, index + 1 - over);
  }
  return most;
}

/** Most arrivals within any time of this length, its end not counted; given in their order. */
export function mostWithin(requests: readonly Pick<Span, "atMs">[], windowMs: number): number {
  let first = 0;
  let most = 0;
  for (const [index, { atMs }] of requests.entries()) {
    while (requests[first]!.atMs <= atMs - windowMs) first += 1;
    most = Math.max(most, index + 1 - first);
  }
  return most;
}
