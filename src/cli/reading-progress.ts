import { systemClock } from "../core/clock.ts";
import { formatCount } from "../formats/quantity.ts";
import { createLiveBlock } from "./live-block.ts";
import type { Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** Tells a person who waits how far an input was read. Gone when disposed. */
export interface ReadingProgress extends Disposable {
  readonly note: (rows: number) => void;
}

/** The first word comes after this; the next ones as often. */
const EACH_MS = 500;

/** Shows a line on a terminal, and nothing in a log. */
export function showReading(
  { progress }: Pick<Settings, "progress">,
  { stderr, colour }: Terminal,
): ReadingProgress {
  const isShown = stderr.seenBy === "person" && (progress === "auto" || progress === "bar");
  const block = isShown ? createLiveBlock(stderr, colour) : undefined;
  let nextMs = systemClock.now() + EACH_MS;
  return {
    note(rows) {
      if (block === undefined || systemClock.now() < nextMs) return;
      nextMs = systemClock.now() + EACH_MS;
      block.draw([{ text: `reading: ${formatCount(rows)} rows` }]);
    },
    [Symbol.dispose]: () => block?.clear(),
  };
}
