import { endCompiling } from "./compilers.ts";

/**
 * Ends the process with `process.exitCode` once what was written is out. Everything else is closed by then:
 * taking the heap apart piece by piece would only cost time (a hundredth of a short run).
 *
 * Node, as it exits, waits for V8's helping threads; one that compiles may wait for a collection by the main
 * thread, and neither ever ends (https://github.com/nodejs/node/issues/54918; one in 120 exits where the heap
 * stands close to its limit). So what compiles is awaited first, where a collection can still happen.
 */
export function leave(): void {
  process.stdout.write("", () => {
    process.stderr.write("", () => {
      endCompiling();
      process.exit();
    });
  });
}
