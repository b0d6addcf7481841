import { appendFile, mkdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { faultOf } from "../../src/queue/journal-fault.ts";
import { isLocked, lockRun } from "../../src/queue/run-lock.ts";
import { fanfetch } from "../support/cli.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { startWorld, type World } from "../support/world.ts";
import { all, resumeWhole, rowsCsv, rowsOf, sentenceOf } from "./aftermath.ts";

/** Stops a run of 200 rows after about 60 answers; gives the command that it was. */
async function stopped(world: World, folder: TemporaryFolder): Promise<readonly string[]> {
  await folder.write("rows.csv", rowsCsv(200));
  const argv = ["map", "rows.csv", world.at("/slow/5ms/json/{n}"), "-o", "out.csv"];
  const ended = await fanfetch(...argv, "--max-requests", "60").in(folder);
  expect(ended.exitCode, ended.stderr).toBe(3);
  expect(rowsOf(await folder.read("out.csv"))).toHaveLength(60);
  return argv;
}

const DAMAGES: readonly (readonly [what: string, damage: (path: string) => Promise<void>])[] = [
  [
    "edited",
    async (path) => writeFile(path, "n,_status,_error\n".replace("n", "m"), { flag: "r+" }),
  ],
  ["cut short", (path) => truncate(path, 100)],
  ["deleted", (path) => rm(path)],
];

for (const [what, damage] of DAMAGES) {
  test(`89 a table that was ${what} between two runs is told, nothing is sent, and it stays as it is`, async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await stopped(world, folder);
    await damage(join(folder.path, "out.csv"));
    const before = (await folder.names()).includes("out.csv") ? await folder.read("out.csv") : "";
    const verified = await fanfetch("verify").in(folder);
    expect(verified.exitCode).toBe(1);
    expect(verified.stdout).toMatch(/^out\.csv is (?:not there|changed|shorter)/m);
    const resumed = await fanfetch("resume").in(folder);
    expect(resumed.exitCode, resumed.stderr).toBe(2);
    expect(sentenceOf(resumed.stderr)).toMatch(/out\.csv is (?:gone|changed|shorter) .*--force/);
    expect(world.seen.total).toBe(60);
    const after = (await folder.names()).includes("out.csv") ? await folder.read("out.csv") : "";
    expect(after).toBe(before);
  });
}

test("89 what somebody appended to a table between two runs is cut off, and nothing of the run is lost", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await stopped(world, folder);
  await appendFile(join(folder.path, "out.csv"), "7,200,\nhalf a rec");
  await resumeWhole(folder);
  expect(rowsOf(await folder.read("out.csv"))).toEqual(all(200));
  expect(world.seen.total).toBe(200);
});

test("89 saved files that were edited or deleted after their run are told one by one", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(20));
  const argv = ["map", "rows.csv", world.at("/json/{n}"), "--save", "files/{n}.json"];
  expect((await fanfetch(...argv).in(folder)).exitCode).toBe(0);
  await folder.write("files/4.json", "5");
  await folder.write("files/6.json", "longer");
  await rm(join(folder.path, "files/8.json"));
  const verified = await fanfetch("verify", "--format", "json").in(folder);
  expect(verified.exitCode).toBe(1);
  expect(JSON.parse(verified.stdout).problems).toEqual([
    expect.stringMatching(/files\/4\.json was changed since it was written$/),
    expect.stringMatching(/files\/6\.json has 6 bytes, its answer had 1$/),
    expect.stringMatching(/files\/8\.json is not there$/),
  ]);
});

type Saved = readonly (readonly [name: string, content: string])[];

/** Rows saved under these names, one answer each, by a run that is killed on the way or not. */
async function savedAs(
  names: readonly string[],
  { world, how }: { readonly world: World; readonly how: "killed" | "at once" },
): Promise<Saved> {
  await using folder = await temporaryFolder();
  const rows = names.map((name, n) => JSON.stringify({ n, name }));
  await folder.write("rows.jsonl", `${rows.join("\n")}\n`);
  const save = ["--save", "files/{name}.json", "--per-host", "3"];
  const run = fanfetch("map", "rows.jsonl", world.at("/slow/20ms/json/{n}"), ...save).in(folder);
  if (how === "killed") {
    const ended = await run.kill("SIGKILL").after(world.seen.reached(Math.ceil(names.length / 2)));
    expect(ended.signal).toBe("SIGKILL");
    await resumeWhole(folder);
  } else expect((await run).exitCode).toBe(0);
  const found = (await folder.names()).filter((name) => name.startsWith("files/"));
  return await Promise.all(found.map(async (name) => [name, await folder.read(name)] as const));
}

/** What both runs save; no file was written over another. */
async function savedOverKill(names: readonly string[]): Promise<Saved> {
  await using world = await startWorld();
  const killed = await savedAs(names, { world, how: "killed" });
  const whole = await savedAs(names, { world, how: "at once" });
  expect(killed).toEqual(whole);
  const contents = whole.map(([, content]) => Number(content));
  expect(contents.toSorted((one, other) => one - other)).toEqual([...names.keys()]);
  return whole;
}

test("90 names that are equal, or differ by case or Unicode form alone, are told apart the same way over a kill", async () => {
  const names = Array.from({ length: 8 }, (_, index) => [
    ...[`Zoë ${index}`, `Zoe\u0308 ${index}`, `ZOË ${index}`, `zoë ${index}`, `Zoë ${index}`],
  ]).flat();
  const saved = await savedOverKill(names);
  const folded = saved.map(([name]) => name.normalize("NFC").toLowerCase());
  expect(new Set(folded).size).toBe(names.length);
});

test("91 hostile and endless names are safe ones, the same over a kill", async () => {
  const names = [
    ...["CON", "nul.txt", "..", ".", "../../up", "/etc/passwd", "a\\b:c*d?e", "-rf", ".hidden"],
    ...["dot.", "space ", " ", "", "tab\there", "line\nend", "\u202Eexe.gpj", "x".repeat(300)],
    ...["é".repeat(200), "😀".repeat(100), "COM1", "lpt¹", "~root", "$HOME", "%2e%2e%2f"],
  ];
  for (const [path] of await savedOverKill(names)) {
    expect(path).toMatch(/^files\/[^/]+$/);
    const name = path.slice("files/".length);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    // oxlint-disable-next-line no-control-regex
    expect(name).not.toMatch(/[\u0000-\u001f\\:*?"<>|\u202e]|[. ]$/);
  }
});

test("92 a folder that is replaced by a link in the middle of a run leads nothing elsewhere", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(200));
  const [link, first, second] = ["out", "first", "second"].map((name) => join(folder.path, name));
  await mkdir(first!);
  await mkdir(second!);
  await symlink(first!, link!);
  async function swap(): Promise<void> {
    await world.seen.reached(60);
    await symlink(second!, `${link}.new`);
    await rename(`${link}.new`, link!);
  }
  const [ended] = await Promise.all([
    fanfetch("map", "rows.csv", world.at("/slow/5ms/json/{n}"), "--save", "out/{n}.json").in(
      folder,
    ),
    swap(),
  ]);
  expect(ended.exitCode, ended.stderr).toBe(0);
  const names = await folder.names();
  expect(names.filter((name) => /^first\/\d+\.json$/.test(name))).toHaveLength(200);
  expect(names.filter((name) => name.startsWith("second/"))).toEqual([]);
});

for (const [what, argv, path] of [
  ["the table", ["-o", "out.csv"], "out.csv"],
  ["a saved file", ["--save", "files/{n}.json"], "files/7.json"],
] as const) {
  test(`93 a file of somebody else's at the place of ${what} is not touched without --force`, async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(20));
    await mkdir(join(folder.path, "files"));
    await folder.write(path, "mine\n");
    const command = ["map", "rows.csv", world.at("/json/{n}"), ...argv];
    const ended = await fanfetch(...command).in(folder);
    expect(ended.exitCode, ended.stderr).toBe(2);
    expect(sentenceOf(ended.stderr)).toMatch(/exists and is not this run's; --force overwrites/);
    expect(await folder.read(path)).toBe("mine\n");
    expect(world.seen.total).toBe(0);
    expect((await folder.names()).filter((name) => name.startsWith(".fanfetch"))).toEqual([]);
    const forced = await fanfetch(...command, "--force").in(folder);
    expect(forced.exitCode, forced.stderr).toBe(0);
    expect(await folder.read(path)).not.toBe("mine\n");
  });
}

test("94 a run on a network file system, whose locks may not hold, is refused with what to do instead", async () => {
  await using folder = await temporaryFolder();
  for (const [type, name] of [
    [0x6969, "NFS"],
    [0xff534d42, "CIFS"],
    [0xfe534d42, "SMB"],
  ] as const) {
    let error: unknown;
    try {
      lockRun(folder.path, type);
    } catch (caught) {
      error = caught;
    }
    const fault = faultOf(error, { directory: undefined, state: "opening" });
    expect(fault.kind).toBe("usage");
    expect(fault.message).toContain(`is on ${name}`);
    expect(fault.message).toContain("name a directory on a local disk with --run");
  }
  expect(isLocked(folder.path)).toBe(false);
});
