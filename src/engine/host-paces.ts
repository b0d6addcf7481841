import { createTokenBucket, type Spacing } from "../policy/token-bucket.ts";

/** Intervals between departures that hosts ask for, each for itself (Crawl-delay). */
export interface HostPaces {
  /** Keeps this interval at a host from now on. Milliseconds. */
  set(host: string, intervalMs: number): void;
  of(host: string): Spacing | undefined;
}

/** The intervals of so many hosts are remembered; the oldest is forgotten first. */
const MOST_HOSTS = 100_000;

/** No intervals yet. */
export function createHostPaces(): HostPaces {
  const buckets = new Map<string, { readonly intervalMs: number; readonly bucket: Spacing }>();
  return {
    set(host, intervalMs) {
      if (buckets.get(host)?.intervalMs === intervalMs) return;
      buckets.delete(host);
      if (!(intervalMs > 0)) return;
      buckets.set(host, { intervalMs, bucket: createTokenBucket({ count: 1, perMs: intervalMs }) });
      if (buckets.size > MOST_HOSTS) buckets.delete(buckets.keys().next().value!);
    },
    of: (host) => buckets.get(host)?.bucket,
  };
}

/** A host's declared rates together with the interval that it asks for, once it does. */
export function paced(
  quota: Spacing | undefined,
  asked: { readonly paces: Pick<HostPaces, "of">; readonly host: string } | undefined,
): Spacing | undefined {
  if (asked === undefined) return quota;
  const { paces, host } = asked;
  return {
    nextAt(nowMs) {
      const atMs = quota?.nextAt(nowMs) ?? nowMs;
      return Math.max(atMs, paces.of(host)?.nextAt(nowMs) ?? nowMs);
    },
    take(atMs) {
      quota?.take(atMs);
      paces.of(host)?.take(atMs);
    },
  };
}
