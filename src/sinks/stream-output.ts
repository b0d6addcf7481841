import type { Writable } from "node:stream";

import type { ByteOutput } from "./byte-output.ts";
import { outputError } from "./output-error.ts";

/**
 * Writes to a stream that belongs to somebody else (stdout): never ends it, and leaves no listener on
 * it but where it failed, so that its late `error` event is nobody's surprise.
 */
export function createStreamOutput(stream: Writable, name: string): ByteOutput {
  let failure: Error | undefined;
  let refuse: ((error: Error) => void) | undefined;

  const fail = (error: Error): void => {
    failure ??= outputError(name, error);
    refuse?.(failure);
  };
  const onClose = (): void => {
    fail(Object.assign(new Error("closed"), { code: "ERR_STREAM_PREMATURE_CLOSE" }));
  };
  stream.on("error", fail);
  stream.on("close", onClose);

  async function letGo(): Promise<void> {
    stream.off("close", onClose);
    if (failure === undefined) stream.off("error", fail);
  }

  return {
    kind: "stream",
    write(bytes) {
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        refuse = reject;
        stream.write(bytes, (error) => {
          if (error !== null && error !== undefined) fail(error);
          else resolve();
        });
      });
    },
    async sync() {},
    close: letGo,
    abandon: letGo,
  };
}
