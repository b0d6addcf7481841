import { existsSync } from "node:fs";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { createManualClock, type ManualClock } from "../transport/manual-clock.ts";
import { openFileSink } from "./file-sink.ts";
import { PathTaken } from "./place-file.ts";
import { DiskError } from "../core/disk-error.ts";

/** What the system refuses to open, and what is open: files and folders, temporary files. */
const system = vi.hoisted(() => ({
  refusals: 0,
  descriptors: Infinity,
  open: 0,
  temporary: 0,
  mostTemporary: 0,
}));

vi.mock(import("node:fs/promises"), async (importOriginal) => {
  const original = await importOriginal();
  const open: typeof original.open = async (path, ...rest) => {
    system.refusals -= 1;
    if (system.refusals >= 0 || system.open >= system.descriptors) {
      throw Object.assign(new Error("EMFILE"), { code: "EMFILE", errno: -24, syscall: "open" });
    }
    const temporary = String(path).endsWith(".part") ? 1 : 0;
    // Counted before, since others ask while this one is being opened.
    system.open += 1;
    const handle = await original.open(path, ...rest).finally(() => (system.open -= 1));
    system.open += 1;
    system.temporary += temporary;
    system.mostTemporary = Math.max(system.mostTemporary, system.temporary);
    const close = handle.close.bind(handle);
    handle.close = async () => {
      await close();
      system.open -= 1;
      system.temporary -= temporary;
    };
    return handle;
  };
  return { ...original, open };
});

let folder = "";
let root = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "files-"));
  root = join(folder, "out");
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string): Buffer => Buffer.from(text);
const text = (path: string): Promise<string> => readFile(path, "utf8");
const everything = async (): Promise<string[]> =>
  (await readdir(root, { recursive: true })).toSorted();

test("a body becomes a file, its folders made", async () => {
  await using sink = await openFileSink({ root, exists: "refuse" });
  const saved = await sink.save("a/b/x.json", "k", bytes("{}"));
  expect(saved).toEqual({ path: join(root, "a/b/x.json"), bytes: 2 });
  expect(await text(saved.path)).toBe("{}");
  expect(await everything()).toEqual(["a", "a/b", "a/b/x.json"]);
});

test("many saves at once, to one folder and to many, each arrive whole", async () => {
  await using sink = await openFileSink({ root, exists: "refuse", atOnce: 8 });
  const rows = Array.from({ length: 300 }, (_, row) => row);
  const saved = await Promise.all(
    rows.map((row) => sink.save(`${row % 60}/${row}.txt`, String(row), bytes(`row ${row}`))),
  );
  for (const row of rows) expect(await text(saved[row]!.path)).toBe(`row ${row}`);
  expect((await everything()).filter((path) => path.endsWith(".part"))).toEqual([]);
});

test("two rows of one name have two files, by case and Unicode form too", async () => {
  await using sink = await openFileSink({ root, exists: "overwrite" });
  const names = ["José.json", "José.json", "JOSÉ.json", "Jose\u0301.json"];
  const saved = await Promise.all(
    names.map((name, row) => sink.save(name, `k${row}`, bytes(`${row}`))),
  );
  expect(saved[0]!.path).toBe(join(root, "José.json"));
  for (const [row, { path }] of saved.entries()) expect(await text(path)).toBe(`${row}`);
  expect(await everything()).toHaveLength(4);
});

test("the names of a run depend on who claims first, not on who arrives first", async () => {
  await using sink = await openFileSink({ root, exists: "refuse" });
  const first = sink.claim("x.json", "1");
  const second = sink.claim("x.json", "2");
  expect((await sink.save("x.json", "2", bytes("2"))).path).toBe(join(root, second));
  expect((await sink.save("x.json", "1", bytes("1"))).path).toBe(join(root, first));
});

test("the same question saved twice has one file, whole, at once or later", async () => {
  await using sink = await openFileSink({ root, exists: "refuse" });
  const save = (): Promise<unknown> => sink.save("x", "k", bytes("same"));
  await Promise.all([save(), save(), save()]);
  await save();
  expect(await everything()).toEqual(["x"]);
  expect(await text(join(root, "x"))).toBe("same");
});

test("a file that is there is never replaced without leave", async () => {
  await mkdir(root);
  await writeFile(join(root, "x"), "precious");
  await using sink = await openFileSink({ root, exists: "refuse" });
  await expect(sink.save("x", "k", bytes("new"))).rejects.toThrow(
    new PathTaken(`${join(root, "x")} exists and is not this run's`),
  );
  expect(await sink.has("x")).toBe(true);
  expect(await sink.has("y")).toBe(false);
  expect(await sink.has("x_y")).toBe(false);
  expect(await text(join(root, "x"))).toBe("precious");
  expect(await everything()).toEqual(["x"]);
});

test("a file that is there is replaced with leave, a link to elsewhere as a link", async () => {
  await mkdir(root);
  await writeFile(join(root, "x"), "old");
  await writeFile(join(folder, "elsewhere"), "precious");
  await symlink(join(folder, "elsewhere"), join(root, "link"));
  await using sink = await openFileSink({ root, exists: "overwrite" });
  for (const name of ["x", "link"]) await sink.save(name, name, bytes("new"));
  expect(await text(join(root, "x"))).toBe("new");
  expect(await text(join(root, "link"))).toBe("new");
  expect(await text(join(folder, "elsewhere"))).toBe("precious");
});

test("no name leads out of the folder", async () => {
  await using sink = await openFileSink({ root, exists: "refuse" });
  for (const [row, name] of ["../x", "/etc/x", "a/../../x", "..\\x", "C:x", ""].entries()) {
    await sink.save(name, String(row), bytes("x"));
  }
  expect(await readdir(folder)).toEqual(["out"]);
});

test("a folder that is a link is not followed", async () => {
  await mkdir(root);
  await mkdir(join(folder, "elsewhere"));
  await symlink(join(folder, "elsewhere"), join(root, "a"));
  await using sink = await openFileSink({ root, exists: "overwrite" });
  await expect(sink.save("a/x", "k", bytes("x"))).rejects.toBeInstanceOf(PathTaken);
  expect(await readdir(join(folder, "elsewhere"))).toEqual([]);
});

const linux = process.platform === "linux" ? test : test.skip;
linux("files stay in the folder that was opened, whatever takes its place", async () => {
  await mkdir(join(folder, "elsewhere"));
  await using sink = await openFileSink({ root, exists: "refuse" });
  await sink.save("a/x", "x", bytes("x"));
  await rename(root, join(folder, "moved"));
  await symlink(join(folder, "elsewhere"), root);
  await sink.save("a/y", "y", bytes("y"));
  await sink.save("b/z", "z", bytes("z"));
  expect(await readdir(join(folder, "elsewhere"))).toEqual([]);
  expect(await text(join(folder, "moved/a/y"))).toBe("y");
  expect(await text(join(folder, "moved/b/z"))).toBe("z");
});

test("a file in the way of a folder is that row's failure, and others go on", async () => {
  await using sink = await openFileSink({ root, exists: "refuse" });
  await writeFile(join(root, "a"), "somebody's");
  await expect(sink.save("a/x", "2", bytes("x"))).rejects.toBeInstanceOf(PathTaken);
  await sink.save("b/x", "3", bytes("x"));
  expect(await everything()).toEqual(["a", "b", "b/x"]);
});

test("one file is where another one's folder would be: both are saved", async () => {
  await using sink = await openFileSink({ root, exists: "refuse" });
  await sink.save("a", "1", bytes("file"));
  const { path } = await sink.save("a/x", "2", bytes("x"));
  expect(await text(path)).toBe("x");
  expect(await text(join(root, "a"))).toBe("file");
});

test("a body's file is moved in, with the permissions of the others", async () => {
  await using sink = await openFileSink({ root, exists: "refuse" });
  const part = join(folder, "body.part");
  await writeFile(part, "large", { mode: 0o600 });
  const { ino } = await stat(part);
  const moved = await sink.save("x", "x", { path: part, bytes: 5 });
  const written = await sink.save("y", "y", bytes("small"));
  expect(moved.bytes).toBe(5);
  expect(await text(moved.path)).toBe("large");
  expect(existsSync(part)).toBe(false);
  expect((await stat(moved.path)).ino).toBe(ino);
  expect((await stat(moved.path)).mode).toBe((await stat(written.path)).mode);
});

const twoDisks = existsSync("/dev/shm") ? test : test.skip;
twoDisks("a body's file on another file system is moved in too", async () => {
  const elsewhere = await mkdtemp("/dev/shm/files-");
  try {
    const part = join(elsewhere, "body.part");
    await writeFile(part, "large");
    await using sink = await openFileSink({ root, exists: "refuse" });
    await sink.save("x", "x", { path: part, bytes: 5 });
    expect(await everything()).toEqual(["x"]);
    expect(await text(join(root, "x"))).toBe("large");
    expect(existsSync(part)).toBe(false);
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});

test("a body's file stays where it is when its place is taken", async () => {
  await mkdir(root);
  await writeFile(join(root, "x"), "precious");
  const part = join(folder, "body.part");
  await writeFile(part, "large");
  await using sink = await openFileSink({ root, exists: "refuse" });
  await expect(sink.save("x", "k", { path: part, bytes: 5 })).rejects.toBeInstanceOf(PathTaken);
  expect(await text(part)).toBe("large");
});

test("a folder that cannot be is refused before anything is sent", async () => {
  await writeFile(root, "a file");
  const opening = openFileSink({ root: join(root, "below"), exists: "refuse" });
  await expect(opening).rejects.toBeInstanceOf(UsageError);
  await expect(opening).rejects.toThrow(/^cannot save files in .*below: not a directory$/);
});

const noRoot = process.getuid?.() === 0 ? test.skip : test;
noRoot("a folder that may not be written to is refused (skipped for root, who may)", async () => {
  await mkdir(root);
  await chmod(root, 0o500);
  const opening = openFileSink({ root, exists: "refuse" });
  await expect(opening).rejects.toThrow(/permission denied$/);
});

test("closing waits for what is under way", async () => {
  const sink = await openFileSink({ root, exists: "refuse" });
  const saving = sink.save("x", "k", bytes("x"));
  await sink.close();
  expect(existsSync(join(root, "x"))).toBe(true);
  await saving;
});

test("what a kill left of the same run is removed from each folder, and nothing else", async () => {
  const ours = [".fanfetch-r1-3.part", "a/.fanfetch-r1-12.part", "a/b/.fanfetch-r1-1.part"];
  const others = [
    ".fanfetch-r1-x.part",
    ".fanfetch-r1-2-1.part",
    ".fanfetch-r2-3.part",
    "a/b/y.part",
    "c/.fanfetch-r1-4.part",
  ];
  await mkdir(join(root, "a/b"), { recursive: true });
  await mkdir(join(root, "c"));
  for (const path of [...ours, ...others]) await writeFile(join(root, path), "");
  await using sink = await openFileSink({ root, exists: "own", id: "r1" });
  await Promise.all([1, 2, 3].map((row) => sink.save(`a/b/${row}`, `${row}`, bytes("x"))));
  await sink.save("a/4", "4", bytes("x"));
  expect((await everything()).filter((path) => path.endsWith(".part"))).toEqual(others.toSorted());
  await writeFile(join(root, "a/.fanfetch-r1-99.part"), "");
  // As many folders as are kept open, so that the first ones are opened again.
  for (let row = 10; row < 50; row += 1) await sink.save(`d/${row}/x`, `${row}`, bytes("x"));
  await sink.save("a/5", "5", bytes("x"));
  expect(await everything()).toContain("a/.fanfetch-r1-99.part");
});

test("a run that goes on replaces what stands at its paths", async () => {
  await mkdir(root);
  await writeFile(join(root, "x"), "of the run that was killed");
  await using sink = await openFileSink({ root, exists: "own", id: "r1" });
  await sink.save("x", "k", bytes("new"));
  expect(await text(join(root, "x"))).toBe("new");
});

test("what is no id is refused", async () => {
  for (const id of ["", "../x", "a b"]) {
    await expect(openFileSink({ root, exists: "own", id })).rejects.toBeInstanceOf(TypeError);
  }
  expect(existsSync(root)).toBe(false);
});

/** Lets the clock go on until something is over: what is done with files takes no time of the clock's. */
async function overTime(clock: ManualClock, work: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = work.finally(() => (isOver = true));
  over.catch(() => {});
  while (!isOver) await clock.advance(10);
  await over;
}

test("without descriptors fewer files are saved at once, and none is lost", async () => {
  const clock = createManualClock();
  await using sink = await openFileSink({ root, exists: "refuse", atOnce: 8, clock });
  system.refusals = 8;
  system.mostTemporary = 0;
  let done = 0;
  const rows = Array.from({ length: 60 }, (_, row) => row);
  const saving = Promise.all(
    rows.map((row) =>
      sink.save(`${row % 12}/${row}`, `${row}`, bytes(`${row}`)).then(() => done++),
    ),
  );
  await overTime(clock, saving);
  expect(done).toBe(60);
  expect(system.mostTemporary).toBeGreaterThan(0);
  expect(system.mostTemporary).toBeLessThanOrEqual(4);
  for (const row of rows) expect(await text(join(root, `${row % 12}/${row}`))).toBe(`${row}`);
});

test("few descriptors suffice for folders and files", async () => {
  const clock = createManualClock();
  await using sink = await openFileSink({ root, exists: "refuse", clock });
  system.descriptors = system.open + 9;
  try {
    const rows = Array.from({ length: 100 }, (_, row) => row);
    const save = async (row: number): Promise<unknown> =>
      sink.save(`${row % 50}/${row % 3}/${row}`, `${row}`, bytes(`${row}`));
    await overTime(clock, Promise.all(rows.map(save)));
    expect((await everything()).filter((path) => /^\d+\/\d\/\d+$/.test(path))).toHaveLength(100);
  } finally {
    system.descriptors = Infinity;
  }
});

test("a shortage of descriptors that does not end is a fault of the disk", async () => {
  const clock = createManualClock();
  await using sink = await openFileSink({ root, exists: "refuse", clock });
  system.refusals = Number.POSITIVE_INFINITY;
  try {
    const saving = overTime(clock, sink.save("x", "k", bytes("x")));
    await expect(saving).rejects.toThrow(
      new DiskError(`cannot write ${join(root, "x")}: too many open files`),
    );
  } finally {
    system.refusals = 0;
  }
  // The first refusal stays: the run ends, and whoever comes after it need not wait as long.
  await expect(sink.save("y", "k", bytes("y"))).rejects.toThrow("too many open files");
  expect(await everything()).toEqual([]);
});
