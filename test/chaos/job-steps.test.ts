import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";

import { play } from "../support/played-server.ts";
import { temporaryFolder } from "../support/temp.ts";
import { type Chance, createChance } from "./chance.ts";
import { runCommand, startCommand } from "./command.ts";
import { doneRows } from "./committed.ts";

const PLAYERS = 90;
const KILLS = 12;
const SEEDS = [1, 20];
const ARGS = ["run", "job.yaml", "--progress", "none"];
const ids = Array.from({ length: PLAYERS }, (_, index) => index + 1);

const JOB = (url: string): string => `
name: players
base: ${url}
limits: { perHost: 8 }
steps:
  - { id: players, url: /players, each: "@" }
  - { id: player, for: players, url: "/player/{id}", save: "players/{id}.json", pick: name, output: out.jsonl }
  - { id: games, for: players, url: "/games/{id}", each: "games[*].{game: @}", output: games.jsonl }
`;

/** Games of a player, none of some. */
const gamesOf = (id: number): readonly string[] =>
  Array.from({ length: id % 4 }, (_, index) => `game ${index} of ${id}`);

/** A list and its players, some of them slow, and a moment that comes with a request. */
async function serve(chance: Chance) {
  let moment: { readonly requests: number; readonly reached: () => void } | undefined;
  const server = await play(async (url) => {
    if (moment !== undefined && server.targets.length >= moment.requests) moment.reached();
    if (url.pathname === "/players") return ids.map((id) => ({ id }));
    await pause(chance.below(50));
    const [, path, id] = url.pathname.split("/");
    if (path === "games") return { games: gamesOf(Number(id)) };
    return { name: url.pathname };
  });
  return {
    ...server,
    /** Resolves when so many more requests have come. */
    async more(requests: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      moment = { requests: server.targets.length + requests, reached: resolve };
      await promise;
    },
  };
}

/** The targets whose outcomes the journals of the job's run hold. */
async function committedTargets(folder: string): Promise<readonly string[]> {
  const base = join(folder, ".fanfetch");
  const targets: string[] = [];
  for (const run of await readdir(base).catch(() => [])) {
    const done = async (step: string): Promise<readonly number[]> => {
      const directory = join(base, run, "steps", step);
      return existsSync(directory) ? [...(await doneRows(directory))] : [];
    };
    targets.push(...(await done("1-players")).map(() => "/players"));
    targets.push(...(await done("2-player")).map((row) => `/player/${row}`));
    targets.push(...(await done("3-games")).map((row) => `/games/${row}`));
  }
  return targets;
}

/** Starts the job and kills it at a moment of chance, be that before it has asked or once it has ended. */
async function live(folder: string, server: Awaited<ReturnType<typeof serve>>, chance: Chance) {
  const { child, ended } = startCommand(ARGS, { folder });
  const moment =
    chance.fraction() < 0.2
      ? pause(chance.below(400))
      : server.more(chance.between(1, 90)).then(() => pause(chance.below(60)));
  await Promise.race([moment, ended]);
  child.kill("SIGKILL");
  await ended;
}

test.each(SEEDS)(
  "a job that is killed again and again (seed %i) loses no player, and asks for none that was committed",
  async (seed) => {
    const chance = createChance(seed);
    await using server = await serve(chance.fork());
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "job.yaml"), JOB(server.url));
    const again: string[] = [];
    let committed: readonly string[] = [];
    const judge = (from: number): void => {
      again.push(...server.targets.slice(from).filter((target) => committed.includes(target)));
    };
    for (let life = 0; life < KILLS; life += 1) {
      const from = server.targets.length;
      await live(folder.path, server, chance);
      judge(from);
      const now = await committedTargets(folder.path);
      // What was committed stays so.
      expect(committed.filter((target) => !now.includes(target))).toEqual([]);
      committed = now;
    }
    const from = server.targets.length;
    const end = await runCommand(ARGS, { folder: folder.path });
    judge(from);
    expect(end.exitCode, end.stderr).toBe(0);
    expect(again).toEqual([]);
    expect((await readdir(join(folder.path, "players"))).toSorted()).toEqual(
      ids.map((id) => `${id}.json`).toSorted(),
    );
    for (const id of ids) {
      const text = await readFile(join(folder.path, "players", `${id}.json`), "utf8");
      expect(JSON.parse(text)).toEqual({ name: `/player/${id}` });
    }
    const records = (await readFile(join(folder.path, "out.jsonl"), "utf8")).trim().split("\n");
    const names = records.map((line) => (JSON.parse(line) as { name: string }).name);
    expect(names.toSorted()).toEqual(ids.map((id) => `/player/${id}`).toSorted());
    // Every game once, in the order of the players and of the games of each.
    const games = (await readFile(join(folder.path, "games.jsonl"), "utf8")).trim().split("\n");
    expect(games.map((line) => JSON.parse(line) as unknown)).toEqual(
      ids.flatMap((id) => gamesOf(id).map((game) => ({ id, game }))),
    );
    const verified = await runCommand(["verify"], { folder: folder.path });
    expect(verified.exitCode, verified.stdout).toBe(0);
  },
  60_000,
);
