import { formatCount, formatDuration } from "../formats/quantity.ts";
import { formatRatio } from "./account.ts";
import type { Comparison, ModeStatistics } from "./compare.ts";

/** What was compared, and how. */
export interface ComparedWork {
  readonly title: string;
  /** Whether all repetitions had the same connections, or each its own. */
  readonly connections: "kept open" | "opened anew";
}

const CONNECTIONS = {
  "kept open": "warm connections in both",
  "opened anew": "new connections in each",
} as const;

/** The table of `compare`, with the verdict in words. */
export function formatComparison(result: Comparison, { title, connections }: ComparedWork): string {
  const { ratio, ratioLow, ratioHigh } = result;
  const faster = ratio >= 1;
  const sure = faster
    ? `95 % sure: ${digits(ratioLow)} – ${formatRatio(ratioHigh)}`
    : `95 % sure: ${digits(1 / ratioHigh)} – ${formatRatio(1 / ratioLow)}`;
  const told = `${formatRatio(faster ? ratio : 1 / ratio)} ${faster ? "faster" : "slower"} (${sure})`;
  const requests = `${formatCount(result.requests)} ${result.requests === 1 ? "request" : "requests"}`;
  const repetitions = `${result.repetitions} ${result.repetitions === 1 ? "repetition" : "repetitions"}`;
  const lines = [
    `${title} · ${requests} · ${repetitions} each, interleaved, ${CONNECTIONS[connections]}`,
    `${" ".repeat(12)}${"median".padStart(10)}   spread`,
    modeLine("sequential", result.sequential, ""),
    modeLine("concurrent", result.concurrent, result.verdict === "noise" ? "" : `  ${told}`),
  ];
  if (result.verdict === "noise") {
    lines.push(
      result.repetitions < 3
        ? ` ${repetitions} ${result.repetitions === 1 ? "tells" : "tell"} nothing about the noise; three are the least`
        : ` the difference is noise: ${told}`,
    );
  }
  if (result.verdict === "bound") {
    lines.push(
      ` the slowest answer alone takes ${formatDuration(result.slowestMs)}: that is the bound, more concurrency cannot beat it`,
    );
  }
  if (result.failed > 0)
    lines.push(` ${formatCount(result.failed)} failed: the times include what failed`);
  return `${lines.join("\n")}\n`;
}

function modeLine(name: string, mode: ModeStatistics, words: string): string {
  const spread = `${formatDuration(mode.lowestMs)} – ${formatDuration(mode.highestMs)}`;
  return ` ${name.padEnd(11)}${formatDuration(mode.medianMs).padStart(10)}   ${words === "" ? spread : spread.padEnd(20)}${words}`;
}

function digits(ratio: number): string {
  return formatRatio(ratio).slice(0, -1);
}
