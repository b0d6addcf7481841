import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startDelayServer } from "./delay-server.ts";
import { type Ground, OURS, packageVersion, peerFile, remove } from "./ground.ts";
import { interleave, type Peer } from "./interleave.ts";
import { machine, type Section, table } from "./results.ts";
import { inTime, inTimes, median, spread } from "./statistics.ts";

const HOSTS = 40;
const EACH = 250;
const AT_ONCE = 4;

/** Whether many hosts are served side by side although their URLs stand in the list host after host. */
export async function benchHosts(ground: Ground): Promise<Section> {
  const runs = ground.runs ?? 5;
  // The longer delay is the fairer question: at 5 ms the two cores are the bound, not the order.
  const rows = [
    ...(await measureHosts(ground.directory, 5, runs)),
    ...(await measureHosts(ground.directory, 50, Math.min(runs, 3))),
  ];
  return {
    name: "hosts",
    text: [
      machine([`Node ${process.version}`, packageVersion("undici")]),
      `${HOSTS} hosts × ${EACH} requests, sorted by host, ${AT_ONCE} at once per host. The ideal is ${EACH} ÷ ${AT_ONCE} × the delay, without start-up. \`hosts loop\` is written by hand and gives each host ${AT_ONCE} lanes of its own.`,
      table(
        ["delay", "who", "to the ideal", "median", "spread", "ideal", "server's mean delay"],
        rows,
      ),
    ].join("\n\n"),
  };
}

async function measureHosts(
  directory: string,
  delayMs: number,
  runs: number,
): Promise<readonly (readonly string[])[]> {
  const server = await startDelayServer(HOSTS, delayMs);
  const list = join(directory, "hosts.txt");
  const urls = server.ports.flatMap((port) =>
    Array.from({ length: EACH }, (_, index) => `http://127.0.0.1:${port}/${index}\n`),
  );
  writeFileSync(list, urls.join(""));
  const limits = ["-j", String(HOSTS * AT_ONCE), "--per-host", String(AT_ONCE)];
  const byOurs = join(directory, "hosts-fanfetch.jsonl");
  const byHand = join(directory, "hosts-loop.jsonl");
  const peers: readonly Peer[] = [
    {
      name: "fanfetch get",
      command: [...OURS, "get", "--from", list, ...limits, "-o", byOurs, "--force", "-q"],
      reset: () => remove(byOurs, join(directory, ".fanfetch")),
      check: () => checkLines(byOurs),
    },
    {
      name: "hosts loop",
      command: [process.execPath, peerFile("hosts-loop.js"), list, byHand],
      reset: () => remove(byHand),
      check: () => checkLines(byHand),
    },
  ];
  const all = await interleave(peers, { directory, runs });
  const seen = await server.stop();
  if (seen.mostAtOnce > AT_ONCE) throw new Error(`hosts: ${seen.mostAtOnce} at once on one host`);
  const idealMs = (EACH / AT_ONCE) * delayMs;
  return all.map(({ peer, runs: measured, trouble }) => {
    const ground = [inTime(idealMs), inTime(seen.meanDelayMs)];
    const head = [`${delayMs} ms`, peer.name];
    if (trouble !== undefined) return [...head, `not measured: ${trouble}`, "", "", ...ground];
    const wallsMs = measured.map((run) => run.wallMs);
    const wallMs = median(wallsMs);
    return [...head, inTimes(wallMs / idealMs), inTime(wallMs), spread(wallsMs), ...ground];
  });
}

function checkLines(path: string): void {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  if (lines.length !== HOSTS * EACH) throw new Error(`${lines.length} of ${HOSTS * EACH} records`);
}
