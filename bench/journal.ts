import { once } from "node:events";
import { join } from "node:path";

import { intoFile } from "./competitors.ts";
import { startDelayServer } from "./delay-server.ts";
import { checkGenders, type Ground, OURS, peerFile, remove, writeNames } from "./ground.ts";
import { interleave, type Peer } from "./interleave.ts";
import { compared } from "./map.ts";
import { startNginx } from "./nginx.ts";
import { machine, type Section } from "./results.ts";
import { startOurs, timeResumes } from "./resumes.ts";
import { inTime, median } from "./statistics.ts";

const RESUMED_ROWS = 1_000_000;
const AT_ONCE = "64";
/** Of a server that is quick, and has more to do than to answer. */
const DELAY_MS = 10;

/** The price of durability: the same work with and without a journal, and how soon a long run resumes. */
export async function benchJournal(ground: Ground): Promise<Section> {
  const rows = ground.rows ?? 20_000;
  const { directory } = ground;
  const table = writeNames(directory, rows);
  await using nginx = await startNginx(directory, { log: "none" });
  const base = `http://127.0.0.1:${nginx.port}`;
  const options = { directory, runs: ground.runs ?? 9 };
  const all = await interleave(peersAt(base, { directory, table, rows }), options);
  const delaying = await startDelayServer(1, DELAY_MS);
  const slow = `http://127.0.0.1:${delaying.ports[0]}`;
  const waiting = await interleave(peersAt(slow, { directory, table, rows }), options);
  await delaying.stop();
  const resumed = await resumes(directory, base);
  return {
    name: "journal",
    text: [
      machine([nginx.version, `Node ${process.version}`]),
      `${rows} rows, one small JSON answer each, ${AT_ONCE} at once. In memory: records to stdout, into a file; with the journal: \`-o\`, every answer committed (1,000 of them or 50 ms). nginx answers at once, and shares the two cores with client and journal: the highest price there is.`,
      compared(all, "in memory", rows),
      compared(all, "undici loop", rows),
      `The same rows from a server that answers after ${DELAY_MS} ms: what a run pays that waits for its server.`,
      compared(waiting, "in memory", rows),
      compared(waiting, "undici loop", rows),
      `A run of ${RESUMED_ROWS} rows, stopped in its middle: \`resume\` sends its first request ${inTime(median(resumed))} after it is typed (${resumed.map((ms) => inTime(ms)).join(", ")}).`,
    ].join("\n\n"),
  };
}

interface Asked {
  readonly directory: string;
  readonly table: string;
  readonly rows: number;
}

/** The same rows asked of this server, in memory, with the journal and by hand. */
function peersAt(base: string, { directory, table, rows }: Asked): readonly Peer[] {
  const map = [...OURS, "map", table, `${base}/?name={name}`, "--pick", "gender"];
  const how = ["-j", AT_ONCE, "--per-host", AT_ONCE, "-q"];
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
  return [
    peer("in memory", "memory.csv", (output) => intoFile(output, [...map, ...how])),
    peer("with the journal", "journal.csv", (output) => [...map, ...how, "-o", output]),
    peer("undici loop", "loop.csv", (output) => [
      ...[process.execPath, peerFile("undici-loop.js"), table, base, output],
    ]),
  ];
}

/** How long after its start a resumed run of many rows sends its first request, in milliseconds. */
async function resumes(directory: string, base: string): Promise<readonly number[]> {
  const table = writeNames(directory, RESUMED_ROWS);
  const output = join(directory, "many-out.csv");
  remove(output, join(directory, ".fanfetch"));
  const words = ["map", table, `${base}/?name={name}`, "--pick", "gender", "-o", output];
  const half = ["--max-requests", String(RESUMED_ROWS / 2)];
  const limits = ["-j", AT_ONCE, "--per-host", AT_ONCE];
  const first = startOurs(directory, [...words, ...half, ...limits, "-q"]);
  first.stderr!.resume();
  await once(first, "exit");
  return await timeResumes(directory);
}
