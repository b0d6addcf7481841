import type { Failure } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import type { WireTiming } from "../core/timing.ts";
import { formatSize } from "../formats/quantity.ts";
import { shortenUrl, visible } from "../formats/visible.ts";

/** How a timing table is laid out. */
export interface TimingTableOptions {
  /** Width to shorten URLs to; undefined keeps them whole, for programs. */
  readonly columns: number | undefined;
  /** What an answer took more than one of: attempts, or the requests for its pages. @default "attempts" */
  readonly counted?: "attempts" | "requests";
  /** A failure in words, on one line. */
  readonly explain: (failure: Failure) => string;
}

/** The lines of `get`'s table, one by one, without line ends. */
export interface TimingTable {
  readonly header: string;
  row(outcome: Outcome): string;
}

/** Columns before the URL. */
const BEFORE_URL = 7 + 8 + 5 * 8 + 2;

const PHASES = ["dnsMs", "connectMs", "tlsMs", "firstByteMs", "totalMs"] as const;

/**
 * A table of fixed columns, so that a row can be printed before the next is known. Times in
 * milliseconds, the unit in the first row; `–` where a phase did not happen.
 */
export function createTimingTable(options: TimingTableOptions): TimingTable {
  let unit = " ms";
  const time = (valueMs: number | null | undefined): string =>
    valueMs === null || valueMs === undefined
      ? "–".padStart(5) + "   "
      : String(Math.round(valueMs)).padStart(5) + unit;
  return {
    header:
      "status".padStart(7) +
      "bytes".padStart(8) +
      ["dns", "connect", "tls", "first", "total"].map((name) => name.padStart(8)).join("") +
      "  url",
    row(outcome) {
      const response = outcome.kind === "answered" ? outcome.response : outcome.failure.response;
      const timing: Partial<WireTiming> = response?.timing ?? {};
      const totalMs =
        timing.totalMs ?? (outcome.kind === "answered" ? undefined : outcome.failure.elapsedMs);
      const times = PHASES.map((phase) => time(phase === "totalMs" ? totalMs : timing[phase]));
      if (totalMs !== undefined) unit = "   ";
      const url = visible(response?.url ?? outcome.request.url);
      const shown =
        options.columns === undefined
          ? url
          : shortenUrl(url, Math.max(24, options.columns - BEFORE_URL));
      const words =
        outcome.kind === "answered"
          ? notes(outcome, options.counted)
          : options.explain(outcome.failure);
      return (
        String(response?.status ?? "–").padStart(7) +
        (response === undefined ? "–" : formatSize(response.bytes)).padStart(8) +
        times.join("") +
        `  ${shown}${words === "" ? "" : `   ${words}`}`
      );
    },
  };
}

function notes(
  { response, call }: Outcome & { readonly kind: "answered" },
  counted: TimingTableOptions["counted"] = "attempts",
): string {
  const { redirects, timing } = response;
  const { duplicate } = call;
  const found: string[] = [];
  if (redirects.length > 0)
    found.push(`${redirects.length} ${redirects.length === 1 ? "redirect" : "redirects"}`);
  if (duplicate) found.push("asked once");
  else if (timing.reused) found.push("reused");
  if (call[counted] > 1) found.push(`${call[counted]} ${counted}`);
  return found.length === 0 ? "" : `(${found.join(", ")})`;
}
