import type { FileSink } from "../sinks/file-sink.ts";
import { savingSink } from "../sinks/saving-sink.ts";
import type { Sink } from "../sinks/sink.ts";

/** Saves bodies as files beside a table, once they are known to be the run's; disposed of, it lets both go. */
export function saveBeside(files: FileSink, table: Sink, noted: Promise<void> | undefined): Sink {
  let isNoted = noted === undefined;
  // Whoever saves hears of a failure.
  noted?.then(
    () => (isNoted = true),
    () => {},
  );
  const sink = savingSink(async (saved) => {
    if (!isNoted) await noted;
    return await files.take(saved);
  }, table);
  return {
    ...sink,
    async [Symbol.asyncDispose]() {
      try {
        await sink[Symbol.asyncDispose]();
      } finally {
        await files.close();
      }
    },
  };
}
