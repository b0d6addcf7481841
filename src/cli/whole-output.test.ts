import { EventEmitter } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { writeWhole } from "./whole-output.ts";

function toldTo(told: string[]) {
  return {
    stderr: { write: async (text: string) => void told.push(text) },
  } as unknown as Parameters<typeof writeWhole>[2]["terminal"];
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s while a file is written leaves none, and is the exit code",
  async (signal, code) => {
    await using folder = await temporaryFolder();
    const signals = new EventEmitter();
    const told: string[] = [];
    const target = { name: "x", path: join(folder.path, "x"), exists: "refuse" } as const;
    const ended = await writeWhole(
      target,
      async (output) => {
        await output.write(Buffer.from("half"));
        signals.emit(signal);
        await output.close();
      },
      { terminal: toldTo(told), signals },
    );
    expect(ended).toBe(code);
    expect(told).toEqual(["interrupted: x was not written\n"]);
    expect(await folder.names()).toEqual([]);
    expect(signals.eventNames()).toEqual([]);
  },
);

test("an error while a file is written leaves none, without an error it is there", async () => {
  await using folder = await temporaryFolder();
  const options = { terminal: toldTo([]), signals: new EventEmitter() };
  const target = { name: "x", path: join(folder.path, "x"), exists: "refuse" } as const;
  const failing = writeWhole(
    target,
    async (output) => {
      await output.write(Buffer.from("half"));
      throw new Error("damaged");
    },
    options,
  );
  await expect(failing).rejects.toThrow("damaged");
  expect(await folder.names()).toEqual([]);
  const ended = await writeWhole(target, (output) => output.close(), options);
  expect(ended).toBeUndefined();
  expect(await folder.names()).toEqual(["x"]);
});
