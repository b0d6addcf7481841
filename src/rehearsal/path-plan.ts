import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import type { Behaviour, Step } from "./behaviour.ts";

/** A behaviour found in a path. */
interface Found {
  readonly step: Step;
  readonly kind: Behaviour["kind"];
}

/**
 * The steps of a path. `A/then/B/then/C` does A for the first request of this URL and client, B for
 * the second and C from then on. What decides about arrivals at the beginning (slow, limit …) holds for
 * all of them; what changes an answer (cut-at, header …) is the next answer's alone.
 * @throws UsageError for a word that is no behaviour and a parameter that cannot be read.
 */
export function planOf(path: string, table: ReadonlyMap<string, Behaviour>): readonly Step[] {
  const segments = path.split("/").slice(1);
  if (segments.at(-1) === "") segments.pop();
  const parts: Found[][] = [[]];
  for (let at = 0; at < segments.length;) {
    if (segments[at] === "then" && at > 0) {
      parts.push([]);
      at += 1;
      continue;
    }
    const { found, next } = read(segments, at, table);
    parts.at(-1)!.push(found);
    at = next;
  }
  const [first, ...others] = parts as [Found[], ...Found[][]];
  if (others.length === 0) return first.map(({ step }) => step);
  const own = first.findIndex(({ kind }) => kind !== "arrival");
  const common = first.slice(0, Math.max(0, own));
  const turns = [first.slice(common.length), ...others];
  return [...common.map(({ step }) => step), inTurn(turns.map(stepsOf))];
}

/** Does the steps one after the other until one of them answers. */
export async function follow(
  steps: readonly Step[],
  exchange: Parameters<Step>[0],
): Promise<Awaited<ReturnType<Step>>> {
  for (const step of steps) {
    let turn = step(exchange);
    // A promise that is not there costs nothing to wait for, at thousands of requests a second.
    if (typeof turn !== "string") turn = await turn;
    if (turn !== "on") return turn;
  }
  return "on";
}

function stepsOf(part: readonly Found[]): readonly Step[] {
  return part.map(({ step }) => step);
}

function inTurn(turns: readonly (readonly Step[])[]): Step {
  return (exchange) => {
    const asked = exchange.counter(`then ${exchange.seen.target}`, () => ({ times: 0 }));
    const steps = turns[Math.min(asked.times, turns.length - 1)]!;
    asked.times += 1;
    return follow(steps, exchange);
  };
}

function read(
  segments: readonly string[],
  at: number,
  table: ReadonlyMap<string, Behaviour>,
): { readonly found: Found; readonly next: number } {
  const word = segments[at]!;
  const isStatus = /^[2-9]\d\d$/.test(word);
  const behaviour = table.get(isStatus ? "status" : word);
  if (behaviour === undefined) {
    throw new UsageError(`there is no behaviour "${word}"${didYouMean(word, [...table.keys()])}`);
  }
  const start = isStatus ? at : at + 1;
  const next = behaviour.parameters.includes("…")
    ? segments.length
    : start + behaviour.parameters.length;
  if (next > segments.length) {
    throw new UsageError(`/${behaviour.name} needs ${behaviour.parameters.join(" and ")} after it`);
  }
  const step = behaviour.prepare(segments.slice(start, next).map(decoded), {
    upTo: `/${segments.slice(0, next).join("/")}`,
    before: at === 0 ? "" : `/${segments.slice(0, at).join("/")}`,
    after: next === segments.length ? "" : `/${segments.slice(next).join("/")}`,
  });
  return { found: { step, kind: behaviour.kind }, next };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new UsageError(`"${segment}" is badly percent-encoded`);
  }
}
