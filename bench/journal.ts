import { once } from "node:events";
import { join } from "node:path";

import { intoFile } from "./competitors.ts";
import { checkGenders, type Ground, OURS, peerFile, remove, writeNames } from "./ground.ts";
import { interleave, type Peer } from "./interleave.ts";
import { compared } from "./map.ts";
import { startNginx } from "./nginx.ts";
import { machine, type Section } from "./results.ts";
import { startOurs, timeResumes } from "./resumes.ts";
import { inTime, median } from "./statistics.ts";

const RESUMED_ROWS = 1_000_000;

/** The price of durability: the same work with and without a journal, and how soon a long run resumes. */
export async function benchJournal(ground: Ground): Promise<Section> {
  const rows = ground.rows ?? 20_000;
  const { directory } = ground;
  await using nginx = await startNginx(directory, { log: "none" });
  const base = `http://127.0.0.1:${nginx.port}`;
  const table = writeNames(directory, rows);
  const map = [...OURS, "map", table, `${base}/?name={name}`, "--pick", "gender"];
  const how = ["-j", "64", "--per-host", "64", "-q"];
  const peer = (
    name: string,
    file: string,
    command: (output: string) => readonly string[],
  ): Peer => {
    const output = join(directory, file);
    return {
      name,
      command: command(output),
      reset: () => remove(output, join(directory, ".fanfetch")),
      check: () => checkGenders(output, rows),
    };
  };
  const peers = [
    peer("in memory", "memory.csv", (output) => intoFile(output, [...map, ...how])),
    peer("with the journal", "journal.csv", (output) => [...map, ...how, "-o", output]),
    peer("undici loop", "loop.csv", (output) => [
      ...[process.execPath, peerFile("undici-loop.js"), table, base, output],
    ]),
  ];
  const all = await interleave(peers, { directory, runs: ground.runs ?? 9 });
  const resumed = await resumes(directory, base);
  return {
    name: "journal",
    text: [
      machine([nginx.version, `Node ${process.version}`]),
      `${rows} rows, one small JSON answer each, 64 at once. In memory: records to stdout, into a file; with the journal: \`-o\`, every answer committed (1,000 of them or 50 ms).`,
      compared(all, "in memory", rows),
      compared(all, "undici loop", rows),
      `A run of ${RESUMED_ROWS} rows, stopped in its middle: \`resume\` sends its first request ${inTime(median(resumed))} after it is typed (${resumed.map((ms) => inTime(ms)).join(", ")}).`,
    ].join("\n\n"),
  };
}

/** How long after its start a resumed run of many rows sends its first request, in milliseconds. */
async function resumes(directory: string, base: string): Promise<readonly number[]> {
  const table = writeNames(directory, RESUMED_ROWS);
  const output = join(directory, "many-out.csv");
  remove(output, join(directory, ".fanfetch"));
  const words = ["map", table, `${base}/?name={name}`, "--pick", "gender", "-o", output];
  const half = ["--max-requests", String(RESUMED_ROWS / 2)];
  const first = startOurs(directory, [...words, ...half, "-j", "64", "--per-host", "64", "-q"]);
  first.stderr!.resume();
  await once(first, "exit");
  return await timeResumes(directory);
}
