import { expect, test } from "vitest";

import { createChance } from "./chance.ts";
import { chooseDisk, type CrashPoint, crashAt, crashPlaces, type Survival } from "./disk-model.ts";
import { followDisk } from "./disk-ops.ts";
import { readTrace } from "./trace-log.ts";

const ROOT = "/job";

/** A log as strace writes it with -y and -xx, from one with plain strings. */
function logOf(...lines: readonly string[]): string {
  const hex = (text: string): string =>
    Array.from(Buffer.from(text), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  return lines
    .map((line) => line.replaceAll(/"([^"]*)"/g, (_, text) => `"${hex(text)}"`))
    .join("\n");
}

function pointsOf(...lines: readonly string[]): readonly CrashPoint[] {
  const history = followDisk(readTrace(logOf(...lines)), ROOT, new Map());
  return crashPlaces(history).map((place) => crashAt(history, place));
}

/** Everything that may be found, as texts; the file at `path` alone, `-` where it is missing. */
function foundAt(point: CrashPoint | undefined, path: string): readonly string[] {
  const found = new Set<string>();
  const survivals: readonly Survival[] = ["nothing", "everything", "some writes", "torn writes"];
  for (let seed = 1; seed <= 200; seed += 1) {
    for (const survival of survivals) {
      const disk = chooseDisk(point!, survival, createChance(seed));
      found.add(disk.get(path)?.toString("latin1") ?? "-");
    }
  }
  return [...found].toSorted();
}

const CREATED = `1 openat(AT_FDCWD</job>, "a", O_WRONLY|O_CREAT, 0666) = 3</job/a>`;

test("what was written and not synced may be there or not, and so may its name", () => {
  const points = pointsOf(CREATED, `1 write(3</job/a>, "text", 4) = 4`);
  expect(foundAt(points.at(-1), "a")).toEqual(["", "-", "\0\0\0\0", "text"].toSorted());
});

test("a sync makes a file's content and its new name certain, what is written later is not", () => {
  const points = pointsOf(
    CREATED,
    `1 pwrite64(3</job/a>, "text", 4, 0) = 4`,
    `1 fsync(3</job/a>) = 0`,
    `1 pwrite64(3</job/a>, "NEXT", 4, 0) = 4`,
    `1 fdatasync(3</job/a>) = 0`,
  );
  expect(foundAt(points[3], "a")).toEqual(["text"]);
  expect(foundAt(points[4], "a")).toEqual(["NEXT", "text"]);
  expect(foundAt(points[5], "a")).toEqual(["NEXT"]);
});

test("a sync that has not returned promises nothing, nor does one for a write that it overlapped", () => {
  const points = pointsOf(
    CREATED,
    `1 fsync(3</job/a>) = 0`,
    `1 pwrite64(3</job/a>, "text", 4, 0 <unfinished ...>`,
    `2 fsync(3</job/a>) = 0`,
    `1 <... pwrite64 resumed>) = 4`,
    `2 fsync(3</job/a> <unfinished ...>`,
    `1 mkdir("later", 0777) = 0`,
    `2 <... fsync resumed>) = 0`,
  );
  expect(points).toHaveLength(7);
  expect(foundAt(points.at(-2), "a")).toEqual(["", "\0\0\0\0", "text"]);
  expect(foundAt(points.at(-1), "a")).toEqual(["text"]);
});

test("a long write may be torn at any sector of 512 bytes, and nowhere else", () => {
  const text = "x".repeat(1_200);
  const points = pointsOf(
    CREATED,
    `1 fsync(3</job/a>) = 0`,
    `1 pwrite64(3</job/a>, "${text}", 1200, 0) = 1200`,
  );
  const [zero, one] = ["\0".repeat(512), "x".repeat(512)];
  const [noEnd, end] = ["\0".repeat(176), "x".repeat(176)];
  const firsts = [zero, one].flatMap((first) => [zero, one].map((second) => first + second));
  const whole = firsts.flatMap((start) => [start + noEnd, start + end]);
  // Without the new length, what lies behind the last sector that arrived is not there.
  expect(foundAt(points.at(-1), "a")).toEqual(
    ["", one, zero + one, one + one, ...whole].toSorted(),
  );
});

test("a new name of a synced file is certain with its folder's sync, and unlike a copy it moves", () => {
  const points = pointsOf(
    `1 mkdir("d", 0777) = 0`,
    `1 openat(AT_FDCWD</job>, ".", O_RDONLY) = 5</job>`,
    `1 fsync(5</job>) = 0`,
    `1 openat(AT_FDCWD</job>, "d", O_RDONLY) = 4</job/d>`,
    `1 openat(AT_FDCWD</job>, "/proc/self/fd/4/part", O_WRONLY|O_CREAT, 0666) = 3</job/d/part>`,
    `1 pwrite64(3</job/d/part>, "text", 4, 0) = 4`,
    `1 fsync(3</job/d/part>) = 0`,
    `1 rename("/proc/self/fd/4/part", "/proc/self/fd/4/whole") = 0`,
    `1 fsync(4</job/d>) = 0`,
  );
  expect(foundAt(points.at(-2), "d/whole")).toEqual(["-", "text"]);
  expect(foundAt(points.at(-1), "d/whole")).toEqual(["text"]);
  expect(foundAt(points.at(-1), "d/part")).toEqual(["-"]);
});

test("what is in a folder is lost with the folder's name", () => {
  const points = pointsOf(
    `1 mkdir("d", 0777) = 0`,
    `1 openat(AT_FDCWD</job>, "d/a", O_WRONLY|O_CREAT, 0666) = 3</job/d/a>`,
    `1 fsync(3</job/d/a>) = 0`,
  );
  expect(foundAt(points.at(-1), "d/a")).toEqual(["", "-"]);
});

test("a descriptor that is given out again while its close has yet to return is the new file's", () => {
  const points = pointsOf(
    CREATED,
    `1 close(3</job/a> <unfinished ...>`,
    `2 openat(AT_FDCWD</job>, "b", O_WRONLY|O_CREAT, 0666) = 3</job/b>`,
    `1 <... close resumed>) = 0`,
    `2 write(3</job/b>, "text", 4) = 4`,
    `2 fsync(3</job/b>) = 0`,
  );
  expect(foundAt(points.at(-1), "b")).toEqual(["text"]);
});

test("calls that failed, that were for other files or that are not understood change nothing", () => {
  const points = pointsOf(
    `1 openat(AT_FDCWD</job>, "gone", O_RDONLY) = -1 ENOENT (No such file or directory)`,
    `1 openat(AT_FDCWD</job>, "/etc/passwd", O_RDONLY) = 7</etc/passwd>`,
    `1 write(8<pipe:[1]>, "x", 1) = 1`,
    `1 +++ exited with 0 +++`,
    `--- SIGCHLD ---`,
  );
  expect(points).toHaveLength(1);
});
