import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const COMPILERS = fileURLToPath(new URL("compilers.ts", import.meta.url));
const LEAVE = fileURLToPath(new URL("leave.ts", import.meta.url));

/** Leaves with a megabyte just written to a pipe and many functions on their way through the compilers. */
const PROGRAM = `
  import { compileBaselineHere } from ${JSON.stringify(COMPILERS)};
  import { leave } from ${JSON.stringify(LEAVE)};
  compileBaselineHere();
  const functions = Array.from({ length: 200 }, (_, i) => new Function("a", "b",
    \`let s = \${i}; for (let k = 0; k < 40; k += 1) s += (a * k) ^ (b + \${i}); return { s, a, b }\`));
  const kept = [];
  for (let round = 0; round < 600; round += 1)
    for (const [i, call] of functions.entries()) if (i % 3 === round % 3) kept.push(call(round, i));
  process.exitCode = 3;
  process.stdout.write("x".repeat(1_000_000));
  leave();
`;

test("what was written comes out whole, and the exit code is the one that was set", () => {
  // Close to its limit the heap is one that helping threads would wait for.
  const args = ["--initial-old-space-size=6", "--input-type=module", "--eval", PROGRAM];
  const ended = spawnSync(process.execPath, args, { maxBuffer: 2_000_000, timeout: 30_000 });
  expect(ended.stderr.toString()).toBe("");
  expect([ended.status, ended.signal, ended.stdout.length]).toEqual([3, null, 1_000_000]);
});

test("this V8 knows the word by which its compilers are awaited", () => {
  const args = ["--allow-natives-syntax", "--eval", "%FinalizeOptimization()"];
  expect(spawnSync(process.execPath, args).status).toBe(0);
});
