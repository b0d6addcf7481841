import { rm } from "node:fs/promises";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { isRefusal, systemWords } from "./disk-error.ts";

/** As Node makes them of what libuv has no name for. */
const quota = Object.assign(new Error("Unknown system error -122, write"), {
  code: "Unknown system error -122",
  errno: process.platform === "darwin" ? -69 : -122,
});

test("a disk that refuses is told from a wrong name", () => {
  const error = (code: string): unknown => Object.assign(new Error("no"), { code });
  for (const code of ["ENOSPC", "EROFS", "EACCES", "EIO", "EFBIG", "EMFILE"]) {
    expect(isRefusal(error(code)), code).toBe(true);
  }
  for (const code of ["ENOENT", "ENOTDIR", "EISDIR", "EEXIST", "ELOOP", "ENAMETOOLONG"]) {
    expect(isRefusal(error(code)), code).toBe(false);
  }
  expect(isRefusal(quota)).toBe(true);
  expect(isRefusal(new Error("no"))).toBe(false);
  expect(isRefusal(undefined)).toBe(false);
});

test("the system's words are told, those of a quota too", () => {
  expect(systemWords(quota)).toBe("disk quota exceeded");
  expect(systemWords(Object.assign(new Error("x"), { errno: -28 }))).toBe(
    "no space left on device",
  );
  expect(systemWords(new Error("something else"))).toBe("something else");
});

test("an error of Node's own, whose number is positive, has the system's words too", async () => {
  await using folder = await temporaryFolder();
  const error = await rm(folder.path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "ERR_FS_EISDIR" });
  expect(systemWords(error as NodeJS.ErrnoException)).toBe("illegal operation on a directory");
});
