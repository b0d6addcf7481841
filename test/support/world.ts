import {
  type Rehearsal,
  type RehearsalOptions,
  startRehearsal,
} from "../../src/rehearsal/rehearsal.ts";

/** A server for one test: its paths are behaviours, and it remembers what it saw. */
export interface World extends Rehearsal {
  /** The URL of a path. */
  at(path: string): string;
}

/** Latencies that let a test see concurrency without waiting for the original stories. */
const QUICK = {
  playersMs: 20,
  placesMs: 10,
  pageTokenMs: 20,
  namesMs: 20,
  pagesMs: 100,
  bookMs: 5,
};

/** Starts a world; declare it with `await using`. */
export async function startWorld(options: RehearsalOptions = {}): Promise<World> {
  const rehearsal = await startRehearsal({
    ...options,
    stories: { ...QUICK, ...options.stories },
  });
  return { ...rehearsal, at: (path) => rehearsal.url + path };
}
