import type { RunEvent } from "../core/event.ts";
import type { Failure, FailureCode } from "../core/failure.ts";
import { formatCount, formatDuration } from "../formats/quantity.ts";
import { shownHost } from "../formats/shown-host.ts";
import { visible } from "../formats/visible.ts";
import { wallMsOf, type Tally } from "../report/tally.ts";
import { failureCauses, formatRate } from "./progress-view.ts";

/** Fields that were not there are named up to so many. */
const MOST_FIELDS = 3;

/** Hosts whose cut waits are told. */
const MOST_TOLD = 100;

/** Longest sentence of a failure that a line of a table takes. */
const LONGEST = 160;

/** What to do about failures of a code; those without a line explain themselves. */
const ADVICE: ReadonlyMap<FailureCode, string> = new Map<FailureCode, string>([
  ["E_DNS", "check the spelling of the host, or the network"],
  ["E_CONNECT", "the host does not take connections: check its port, or the network"],
  [
    "E_TLS",
    "NODE_EXTRA_CA_CERTS=ca.pem trusts an authority of yours, --insecure HOST asks that host anyway",
  ],
  [
    "E_TIMEOUT",
    "a longer --timeout (--connect-timeout for connections) waits, a smaller -j or --per-host asks more gently",
  ],
  [
    "E_TOO_LARGE",
    "--save TEMPLATE puts large bodies into files, but for small ones that unpack to hundreds of times their size",
  ],
  [
    "E_REDIRECT",
    "explain shows the chain; --allow-downgrade follows redirects from https to unencrypted http",
  ],
  [
    "E_POLICY",
    "a server may not lead from public to private addresses, unless --allow-private, nor away from http",
  ],
  ["E_PROXY", "check --proxy, its user and password"],
  ["E_AUTH", "check -u, -H 'authorization: …' or the cookies"],
  [
    "E_PAGES",
    "explain names the page; say in the job how pages follow each other, or raise maxPages",
  ],
  ["E_HOOK", "a function of the job threw; explain tells its own words"],
  ["E_UNKNOWN_EFFECT", "it may have been done: look before sending it again"],
]);

/** A failure in words, on one line, safe to show: `E_DNS no address for no.such.host`. */
export function explainFailure(failure: Failure): string {
  const words = visible(failure.message);
  return `${failure.code} ${words.length > LONGEST ? `${words.slice(0, LONGEST - 1)}…` : words}`;
}

/** What to say after a run besides its account: what held it, what failed and what can be done. */
export function endHints(tally: Tally): readonly string[] {
  const hints: string[] = [];
  const wallMs = wallMsOf(tally);
  for (const [origin, host] of tally.hosts) {
    // A hold shorter than half the run is the ordinary course of things.
    if (wallMs < 1000) continue;
    const name = visible(shownHost(origin));
    const { learned } = host;
    if (learned !== undefined && learned.rate !== Infinity && learned.heldMs >= wallMs / 2) {
      const share = Math.min(100, Math.round((100 * learned.heldMs) / wallMs));
      hints.push(
        `held to ~${formatRate((1000 * host.requests) / wallMs)} by ${name} for ${share} % of the run; more concurrency would not help`,
      );
    } else if (host.heldMs >= wallMs / 2) {
      const held = formatDuration(Math.min(host.heldMs, wallMs));
      hints.push(`${name} held the run for ${held}; more concurrency would not help`);
    }
    if (hints.length === 3) break;
  }
  if (tally.missing.size > 0) hints.push(missingHint(tally));
  if (tally.failed === 0) return hints;
  hints.push(`${formatCount(tally.failed)} failed: ${failureCauses(tally).join(", ")}`);
  const codes = [...tally.failures].toSorted((one, another) => another[1] - one[1]);
  for (const [code] of codes) {
    const advice = code === "E_STATUS" ? statusAdvice(tally) : ADVICE.get(code);
    if (advice !== undefined) {
      hints.push(`  ${code}: ${advice}`);
      break;
    }
  }
  return hints;
}

/** Which fields were not there, the most frequent first. */
function missingHint({ missing }: Tally): string {
  const most = [...missing].toSorted((one, another) => another[1] - one[1]).slice(0, MOST_FIELDS);
  const told = most.map(([name, count]) => {
    const answers = count === 1 ? "1 answer" : `${formatCount(count)} answers`;
    return `${visible(name)} of ${answers}`;
  });
  const more = missing.size > most.length ? ", …" : "";
  return `null, since it was not there: ${told.join(", ")}${more}; --strict has them fail`;
}

/** A wait that was cut, once for each host: who asks for how much, and what is done. */
export function createCutWaits(say: (line: string) => void): (event: RunEvent) => void {
  const told = new Set<string>();
  return (event) => {
    if (event.type !== "held" || event.askedMs === undefined || told.has(event.host)) return;
    if (told.size >= MOST_TOLD) return;
    told.add(event.host);
    const asked = formatDuration(event.askedMs);
    const waited = formatDuration(event.forMs);
    say(
      `${visible(shownHost(event.host))} asks to wait ${asked} (Retry-After): asking again after ${waited} (--max-retry-after)`,
    );
  };
}

function statusAdvice(tally: Tally): string | undefined {
  const [status] = [...tally.statuses].toSorted((one, another) => another[1] - one[1])[0] ?? [];
  if (status === 401 || status === 403) return ADVICE.get("E_AUTH");
  if (status === 429) return "the server asks for fewer requests; --rate 5/s keeps under its limit";
  if (status === 404 || status === 410) return `--accept 2xx,${status} takes it as an answer`;
  return undefined;
}
