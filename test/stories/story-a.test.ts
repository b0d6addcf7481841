import { cp, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/players.yaml", import.meta.url));
const LIST = "/stats/commonallplayers";
const ONE = "/stats/commonplayerinfo";
/** Nothing limits: all players at once. */
const WIDE = ["-j", "500", "--per-host", "500", "--rate", "100000/s"];

async function withExample(): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  await cp(EXAMPLE, `${folder.path}/players.yaml`);
  return folder;
}

function runOf(url: string, ...more: readonly string[]): readonly string[] {
  return ["run", "players.yaml", "--set", `base=${url}/stats`, ...more];
}

async function filesIn(folder: TemporaryFolder): Promise<readonly string[]> {
  const names = await folder.names();
  return names.filter((name) => name.startsWith("players/"));
}

test("one list and then all 490 players at once: a file of its own for each, whatever its name", async () => {
  await using world = await startWorld();
  await using folder = await withExample();
  const ended = await fanfetch(...runOf(world.url, ...WIDE, "--summary", "sum.json")).in(folder);
  expect(ended).toMatchObject({ exitCode: 0, stdout: "" });
  expect(ended.stderr).toContain("491 inputs = 491 answered + 0 failed + 0 skipped");
  expect(world.seen.timesAsked(world.seen.requests(LIST)[0]!.target)).toBe(1);
  expect(world.seen.requests(ONE)).toHaveLength(490);
  expect(world.seen.distinct).toBe(491);
  const files = await filesIn(folder);
  expect(files).toHaveLength(490);
  const ids = new Set<number>();
  const names = new Set<string>();
  for (const file of files) {
    expect(file).toMatch(/^players\/[^/]+\.json$/);
    const answer = JSON.parse(await folder.read(file));
    const [id, , , name] = answer.resultSets[0].rowSet[0];
    ids.add(id);
    names.add(name);
  }
  expect(files).toContain("players/Zoë_Ångström.json");
  // Two of one name keep apart.
  expect(ids.size).toBe(490);
  expect(names.size).toBeLessThan(490);
  const summary = JSON.parse(await folder.read("sum.json"));
  expect(summary).toMatchObject({ inputs: 491, answered: 491, failed: 0, requests: 491 });
});

test("nothing waits for anything but the list: all players are under way together", async () => {
  await using world = await startWorld({ stories: { playersMs: 1_500 } });
  await using folder = await withExample();
  const ended = await fanfetch(...runOf(world.url, ...WIDE)).in(folder);
  expect(ended.exitCode).toBe(0);
  expect(world.seen.mostAtOnce(ONE)).toBeGreaterThan(400);
});

test("never more are under way than the job declares", async () => {
  await using world = await startWorld();
  await using folder = await withExample();
  const limits = ["--set", "limits.concurrency=7", "--set", "limits.rate=100000/s"];
  const ended = await fanfetch(...runOf(world.url, ...limits)).in(folder);
  expect(ended.exitCode).toBe(0);
  expect(world.seen.mostAtOnce()).toBe(7);
});

test("killed among the players and resumed, every player has one file and no committed answer is asked for twice", async () => {
  await using world = await startWorld({ stories: { playersMs: 60 } });
  await using folder = await withExample();
  const limits = ["--rate", "100000/s", "-j", "10"];
  const killed = await fanfetch(...runOf(world.url, ...limits))
    .in(folder)
    .kill("SIGKILL")
    .after(world.seen.reached(150));
  expect(killed.signal).toBe("SIGKILL");
  const ended = await fanfetch("resume").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toContain("going on with");
  expect(ended.stderr).toContain("491 inputs = 491 answered + 0 failed + 0 skipped");
  expect(await filesIn(folder)).toHaveLength(490);
  expect(world.seen.requests(LIST)).toHaveLength(1);
  // At most those under way, and what had landed in the last moments before the kill.
  expect(world.seen.total - world.seen.distinct).toBeLessThanOrEqual(75);
  const verified = await fanfetch("verify").in(folder);
  expect(verified).toMatchObject({ exitCode: 0 });
  expect(verified.stdout).toContain("491 inputs = 491 answered + 0 failed + 0 skipped");
});

test("the same command again sends nothing; what somebody took away is asked for again", async () => {
  await using world = await startWorld();
  await using folder = await withExample();
  const command = runOf(world.url, ...WIDE);
  await fanfetch(...command).in(folder);
  const before = world.seen.total;
  const again = await fanfetch(...command).in(folder);
  expect(again.exitCode).toBe(0);
  expect(again.stderr).toContain("nothing was owed; --force asks anew");
  expect(world.seen.total).toBe(before);
  const [file = ""] = await filesIn(folder);
  await rm(`${folder.path}/${file}`);
  await fanfetch(...command).in(folder);
  expect(world.seen.total).toBe(before + 1);
  expect(await filesIn(folder)).toHaveLength(490);
});

test("runs, show and verify know a job as one run", async () => {
  await using world = await startWorld();
  await using folder = await withExample();
  await fanfetch(...runOf(world.url, ...WIDE)).in(folder);
  const runs = await fanfetch("runs", "--format", "json").in(folder);
  const listed = JSON.parse(runs.stdout);
  expect(listed).toHaveLength(1);
  expect(listed[0]).toMatchObject({ state: "finished", inputs: 491, answered: 491 });
  const shown = await fanfetch("show").in(folder);
  expect(shown.stdout).toContain("players: players");
  expect(shown.stdout).toContain("players: player ");
  const explained = await fanfetch("explain", listed[0].run, "7").in(folder);
  expect(explained.exitCode).toBe(0);
  const pruned = await fanfetch("runs", "prune").in(folder);
  expect(pruned.exitCode).toBe(0);
  expect(await folder.names()).not.toContain(".fanfetch");
});

test("a file that is not this run's stops it before the players are asked for", async () => {
  await using world = await startWorld();
  await using folder = await withExample();
  await mkdir(`${folder.path}/players`);
  await folder.write("players/Zoë_Ångström.json", "mine");
  const ended = await fanfetch(...runOf(world.url, ...WIDE)).in(folder);
  expect(ended.exitCode).toBe(2);
  expect(ended.stderr).toContain("exists and is not this run's");
  expect(world.seen.requests(ONE)).toHaveLength(0);
  expect(await folder.read("players/Zoë_Ångström.json")).toBe("mine");
});

test("without a list there are no players to ask for, and the exit code says so", async () => {
  await using world = await startWorld();
  await using folder = await withExample();
  const ended = await fanfetch("run", "players.yaml", "--set", `base=${world.url}/status/404`).in(
    folder,
  );
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain("the step players has no answer");
  expect(world.seen.total).toBe(1);
});
