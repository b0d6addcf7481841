import { rm } from "node:fs/promises";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { systemWords } from "./disk-error.ts";

test("the system's words for an error are those of its number, whichever sign it has", async () => {
  await using folder = await temporaryFolder();
  // Beware: this one is Node's own, and its number is positive.
  const error = await rm(folder.path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "ERR_FS_EISDIR" });
  expect(systemWords(error as NodeJS.ErrnoException)).toBe("illegal operation on a directory");
  expect(systemWords({ errno: -28 } as NodeJS.ErrnoException)).toBe("no space left on device");
  expect(systemWords(new Error("no number"))).toBe("no number");
});
