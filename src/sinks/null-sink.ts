import type { Sink } from "./sink.ts";

/** Takes records and keeps none: for runs whose answers go elsewhere. */
export const nullSink: Sink = {
  write() {},
  async commit() {
    return { bytes: 0 };
  },
  async close() {},
  async [Symbol.asyncDispose]() {},
};
