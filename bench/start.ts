import { readFileSync, writeFileSync } from "node:fs";

import { type Ground, OURS, packageVersion, peerFile } from "./ground.ts";
import { interleave, type Peer, type PeerRuns } from "./interleave.ts";
import { measure } from "./measure.ts";
import { startNginx } from "./nginx.ts";
import { machine, type Section, table } from "./results.ts";
import { inTime, inTimes, median, spread } from "./statistics.ts";

/** What a small command costs: five URLs, `--version`, and the time until the first request. */
export async function benchStart(ground: Ground): Promise<Section> {
  await using nginx = await startNginx(ground.directory, { log: "requests" });
  const urls = [1, 2, 3, 4, 5].map((number) => `http://127.0.0.1:${nginx.port}/?name=${number}`);
  const get: Peer = { name: "fanfetch get, five URLs", command: [...OURS, "get", ...urls] };
  const script: Peer = {
    name: "hand-written script, five URLs",
    command: [process.execPath, peerFile("five-urls.js"), ...urls],
  };
  const version: Peer = { name: "fanfetch --version", command: [...OURS, "--version"] };
  const bare: Peer = { name: "node -e 0", command: [process.execPath, "-e", "0"] };
  const peers = [get, script, version, bare];
  const runs = ground.runs ?? 21;
  const all = await interleave(peers, { directory: ground.directory, runs });
  const bareMs = medianOf(all, bare);
  const rows = all.map(({ peer, runs: measured, trouble }) => {
    if (trouble !== undefined) return [peer.name, `not measured: ${trouble}`, "", ""];
    const wallsMs = measured.map((run) => run.wallMs);
    const wallMs = median(wallsMs);
    return [peer.name, inTimes(wallMs / bareMs), inTime(wallMs), spread(wallsMs)];
  });
  const overheadMs = medianOf(all, get) - medianOf(all, script);
  const first = await firstRequests([get, script], nginx.log, ground.directory, runs);
  return {
    name: "start",
    text: [
      machine([nginx.version, `Node ${process.version}`, packageVersion("undici")]),
      table(["", "to a bare node", "median", "spread"], rows),
      `\`get\` over the hand-written script: ${inTime(overheadMs)}.`,
      table(["first request seen by nginx, after the start of", "median", "spread"], first),
    ].join("\n\n"),
  };
}

function medianOf(all: readonly PeerRuns[], wanted: Peer): number {
  const runs = all.find(({ peer }) => peer === wanted)?.runs ?? [];
  return runs.length === 0 ? Number.NaN : median(runs.map((run) => run.wallMs));
}

/** How long after a process was started the server logged its first request. */
async function firstRequests(
  peers: readonly Peer[],
  log: string,
  directory: string,
  runs: number,
): Promise<readonly (readonly string[])[]> {
  const delaysMs = new Map<Peer, number[]>(peers.map((peer) => [peer, []]));
  const trouble = new Map<Peer, string>();
  for (let round = 0; round < runs; round += 1) {
    for (const peer of peers) {
      if (trouble.has(peer)) continue;
      // nginx appends, so an emptied file is filled from its start.
      writeFileSync(log, "");
      try {
        const { startedAtMs } = await measure(peer.command, { directory });
        const times = readFileSync(log, "utf8").trim().split("\n");
        if (times.length !== 5) throw new Error(`${times.length} requests of 5`);
        const firstMs = Math.min(...times.map((line) => Number(line.split(" ")[0]) * 1000));
        delaysMs.get(peer)!.push(firstMs - startedAtMs);
      } catch (error) {
        trouble.set(peer, (error as Error).message);
      }
    }
  }
  return peers.map((peer) => {
    const values = delaysMs.get(peer)!;
    if (trouble.has(peer)) return [peer.name, `not measured: ${trouble.get(peer)}`, ""];
    return [peer.name, inTime(median(values)), spread(values)];
  });
}
