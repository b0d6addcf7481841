import { findCompetitors } from "./competitors.ts";
import { type Ground, packageVersion, writeNames } from "./ground.ts";
import { interleave, type PeerRuns } from "./interleave.ts";
import type { Measured } from "./measure.ts";
import { startNginx } from "./nginx.ts";
import { machine, type Section, table } from "./results.ts";
import { inMebibytes, inTime, inTimes, median, spread } from "./statistics.ts";

/** A table of names to a table of answers: 20,000 small JSON answers, 64 at once, against everyone. */
export async function benchMap(ground: Ground): Promise<Section> {
  const rows = ground.rows ?? 20_000;
  await using nginx = await startNginx(ground.directory, { log: "none" });
  const job = {
    directory: ground.directory,
    table: writeNames(ground.directory, rows),
    rows,
    base: `http://127.0.0.1:${nginx.port}`,
  };
  const { peers, versions, missing } = findCompetitors(job);
  const all = await interleave(peers, { directory: ground.directory, runs: ground.runs ?? 5 });
  const known = [nginx.version, `Node ${process.version}`, packageVersion("undici"), ...versions];
  const absent = missing.length === 0 ? "none" : missing.join(", ");
  return {
    name: "map",
    text: [
      machine(known),
      `${rows} rows, one small JSON answer each, 64 at once, output one record per row (curl and wget2: one file per answer, nothing picked). Missing here: ${absent}.`,
      compared(all, "undici loop", rows),
    ].join("\n\n"),
  };
}

/** Every peer beside the yardstick. */
export function compared(all: readonly PeerRuns[], yardstick: string, rows: number): string {
  const of = (runs: readonly Measured[], what: (run: Measured) => number): number =>
    median(runs.map(what));
  const base = all.find(({ peer }) => peer.name === yardstick)?.runs ?? [];
  const lines = all.map(({ peer, runs, trouble }) => {
    if (trouble !== undefined || runs.length === 0) {
      return [peer.name, `not measured: ${(trouble ?? "").replaceAll("|", "/")}`, ...blank(6)];
    }
    const wallMs = of(runs, (run) => run.wallMs);
    return [
      peer.name,
      inTimes(ratioTo(base, runs)),
      inTime(wallMs),
      spread(runs.map((run) => run.wallMs)),
      `${Math.round((1000 * rows) / wallMs)}/s`,
      `${Math.round((1000 * of(runs, (run) => run.cpuMs)) / rows)} µs`,
      inMebibytes(of(runs, (run) => run.maxRssBytes)),
      String(runs.length),
    ];
  });
  return table(
    ["", `to the ${yardstick}`, "median", "spread", "rows", "CPU per row", "max RSS", "runs"],
    lines,
  );
}

/** The median of the ratios round by round: what slows a minute of the machine slows both alike. */
function ratioTo(base: readonly Measured[], runs: readonly Measured[]): number {
  const rounds = Math.min(base.length, runs.length);
  if (rounds === 0) return Number.NaN;
  return median(runs.slice(0, rounds).map((run, round) => run.wallMs / base[round]!.wallMs));
}

function blank(count: number): readonly string[] {
  return Array.from({ length: count }, () => "");
}
