import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

const ROWS = Array.from({ length: 1000 }, (_, index) => index);
const TABLE = `row\n${ROWS.join("\n")}\n`;

/** The rows of a CSV output; every line must be whole. */
function rowsOf(csv: string): readonly number[] {
  expect(csv.endsWith("\n")).toBe(true);
  const [heads, ...lines] = csv.trimEnd().split("\n");
  expect(heads).toBe("row,_status,_error");
  for (const line of lines) expect(line).toMatch(/^\d+,200,$/);
  return lines.map((line) => Number(line.split(",")[0]));
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s lets what is in flight land, asks for nothing more and exits with %i",
  async (signal, code) => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", TABLE);
    const ended = await fanfetch(
      ...[
        "map",
        "rows.csv",
        world.at("/slow/300ms/json/{row}"),
        "--per-host",
        "5",
        "-o",
        "out.csv",
      ],
    )
      .in(folder)
      .kill(signal)
      .after(world.seen.reached(8));
    expect(ended).toMatchObject({ exitCode: code, signal: null });
    const rows = rowsOf(await folder.read("out.csv"));
    expect(world.seen.total).toBeGreaterThanOrEqual(8);
    expect(world.seen.total).toBeLessThan(50);
    // All that was asked is answered and written, once.
    expect(rows.length).toBe(world.seen.total);
    expect(new Set(rows).size).toBe(rows.length);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  },
);

test("twice Ctrl-C stops at once with whole records, and its exit code is 130", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  // Two that never end, so that only the second signal can.
  const paths = ROWS.map((row) => (row === 20 || row === 30 ? "hang" : "slow/5ms/json/1"));
  const lines = paths.map((path, row) => `${row},${path}`);
  await folder.write("rows.csv", `row,path\n${lines.join("\n")}\n`);
  const ended = await fanfetch(
    ...["map", "rows.csv", world.at("/{+path}?row={row}"), "--per-host", "5", "-o", "out.csv"],
  )
    .in(folder)
    .kill("SIGINT")
    .after(world.seen.reached(40))
    .kill("SIGINT")
    .after("again");
  expect(ended).toMatchObject({ exitCode: 130, signal: null });
  const written = await folder.read("out.csv");
  expect(written.endsWith("\n")).toBe(true);
  const answered = written.split("\n").filter((line) => /^\d+,slow\/5ms\/json\/1,200,$/.test(line));
  expect(answered.length).toBeGreaterThanOrEqual(40 - 5);
  expect(answered.length).toBeLessThanOrEqual(world.seen.total - 2);
  expect(world.seen.total).toBeLessThan(ROWS.length);
});

test("what hangs does not outlive the second Ctrl-C", async () => {
  await using world = await startWorld();
  const ended = await fanfetch("get", world.at("/hang"), world.at("/json/1"), "-o", "-")
    .kill("SIGINT")
    .after('"body":"1"')
    .kill("SIGINT")
    .after("again");
  expect(ended).toMatchObject({ exitCode: 130, signal: null });
  const [record] = ended.stdout.split("\n");
  expect(JSON.parse(record!)).toMatchObject({ status: 200, body: "1" });
  expect(ended.stdout.endsWith("\n")).toBe(true);
});

test("an array of JSON is closed however the run ends", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", TABLE);
  const ended = await fanfetch(
    ...["map", "rows.csv", world.at("/slow/50ms/json/{row}"), "--per-host", "5", "-o", "out.json"],
  )
    .in(folder)
    .kill("SIGINT")
    .after(world.seen.reached(12));
  expect(ended.exitCode).toBe(130);
  const records = JSON.parse(await folder.read("out.json")) as unknown[];
  expect(records.length).toBe(world.seen.total);
});

test("a run whose rows wait for their host stops when its time is over; they are still owed", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", `n\n${[1, 2, 3, 4, 5, 6, 7, 8, 9].join("\n")}\n`);
  const url = world.at("/retry-after/60s/then/json/{n}");
  const ended = await fanfetch("map", "rows.csv", url, "-o", "out.csv", "--max-time", "500ms").in(
    folder,
  );
  expect(ended.exitCode, ended.stderr).toBe(3);
  expect(ended.stderr).toContain("0 answered + 0 failed + 0 skipped");
  expect(ended.stderr).toContain("go on with: fanfetch resume");
});

test("an interrupt does not wait for rows that wait for their host", async () => {
  await using world = await startWorld();
  const ended = await fanfetch("get", world.at("/retry-after/60s/then/json/1"), "-o", "-")
    .kill("SIGINT")
    .after(world.seen.reached(1));
  expect(ended.exitCode, ended.stderr).toBe(130);
  expect(world.seen.total).toBe(1);
});
