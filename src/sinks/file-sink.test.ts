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

import { afterEach, beforeEach, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { openFileSink } from "./file-sink.ts";
import { PathTaken } from "./place-file.ts";

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
  expect(await sink.has("x", "k")).toBe(true);
  expect(await sink.has("y", "k")).toBe(false);
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
  await sink.save("a", "1", bytes("file"));
  await expect(sink.save("a/x", "2", bytes("x"))).rejects.toBeInstanceOf(PathTaken);
  await sink.save("b/x", "3", bytes("x"));
  expect(await everything()).toEqual(["a", "b", "b/x"]);
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
