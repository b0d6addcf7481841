import { join } from "node:path";

import { startDelayServer } from "./delay-server.ts";
import {
  checkGenders,
  type Ground,
  OURS,
  packageVersion,
  peerFile,
  remove,
  writeNames,
} from "./ground.ts";
import { interleave, type Peer } from "./interleave.ts";
import { machine, type Section, table } from "./results.ts";
import { inMebibytes, inTime, inTimes, median, spread } from "./statistics.ts";

const DELAY_MS = 333;
const AT_ONCE = 1000;

/** Whether a thousand slow answers at once are really a thousand: 27,000 rows at 333 ms each. */
export async function benchLatency(ground: Ground): Promise<Section> {
  const rows = ground.rows ?? 27_000;
  const server = await startDelayServer(1, DELAY_MS);
  const base = `http://127.0.0.1:${server.ports[0]}`;
  const names = writeNames(ground.directory, rows);
  const byOurs = join(ground.directory, "latency-fanfetch.csv");
  const byHand = join(ground.directory, "latency-loop.csv");
  const atOnce = String(AT_ONCE);
  const limits = ["-j", atOnce, "--per-host", atOnce];
  const peers: readonly Peer[] = [
    {
      name: "fanfetch map",
      command: [
        ...OURS,
        ...["map", names, `${base}/?name={name}`, "--pick", "gender", ...limits],
        ...["-o", byOurs, "--force", "-q"],
      ],
      reset: () => remove(byOurs, join(ground.directory, ".fanfetch")),
      check: () => checkGenders(byOurs, rows),
    },
    {
      name: "undici loop",
      command: [process.execPath, peerFile("undici-loop.js"), names, base, byHand, atOnce],
      reset: () => remove(byHand),
      check: () => checkGenders(byHand, rows),
    },
  ];
  const all = await interleave(peers, { directory: ground.directory, runs: ground.runs ?? 3 });
  const seen = await server.stop();
  if (seen.mostAtOnce > AT_ONCE) throw new Error(`latency: ${seen.mostAtOnce} at once`);
  const idealMs = (rows * DELAY_MS) / AT_ONCE;
  const lines = all.map(({ peer, runs, trouble }) => {
    if (trouble !== undefined) return [peer.name, `not measured: ${trouble}`, "", "", ""];
    const wallsMs = runs.map((run) => run.wallMs);
    const rssBytes = median(runs.map((run) => run.maxRssBytes));
    const wallMs = median(wallsMs);
    return [
      peer.name,
      inTimes(wallMs / idealMs),
      inTime(wallMs),
      spread(wallsMs),
      inMebibytes(rssBytes),
    ];
  });
  return {
    name: "latency",
    text: [
      machine([`Node ${process.version}`, packageVersion("undici")]),
      `${rows} rows at ${DELAY_MS} ms, ${AT_ONCE} at once; ideal ${inTime(idealMs)} without start-up. The server saw at most ${seen.mostAtOnce} at once and answered after ${inTime(seen.meanDelayMs)} on average.`,
      table(["", "to the ideal", "median", "spread", "max RSS"], lines),
    ].join("\n\n"),
  };
}
