import { SESSION_DEFAULTS } from "../engine/session-options.ts";
import { formatDuration } from "../formats/quantity.ts";
import { LONGEST_WAIT_MS } from "../middleware/patience.ts";
import type { Evidence } from "../rehearsal/evidence.ts";
import { NO_FAULTS, parseFaults } from "../rehearsal/faults.ts";
import { judge } from "../rehearsal/judge.ts";
import { plausibleAnswers } from "../rehearsal/made-up-answer.ts";
import { countChecks, formatChecks } from "./check-lines.ts";
import { type ClientNotes, createClientNotes } from "./client-notes.ts";
import type { CommandLine } from "./command-line.ts";
import { exitCodeOfStop } from "./exit-code.ts";
import { openFolder } from "./open-folder.ts";
import { openRehearsal } from "./open-rehearsal.ts";
import { openPipeline } from "../runs/pipeline.ts";
import { readText } from "./read-text.ts";
import { MOST_REQUESTS, pickedFields, rehearsedSettings } from "./rehearsed-settings.ts";
import { runWork } from "./run-work.ts";
import { readSettings, type Settings } from "./settings.ts";
import type { RehearsalSettings } from "./settings-rehearsal.ts";
import type { Terminal } from "./terminal.ts";
import { titleOf } from "./work-title.ts";

/** What an answer takes where nothing was said. */
const LATENCY = { leastMs: 50, mostMs: 150 };

/** What a rehearsal of a command is given besides the command. */
export interface RehearsalOfCommand {
  readonly terminal: Terminal;
  readonly play: RehearsalSettings;
}

/**
 * Runs a command against a server of this machine that stands in for every server, and ends with the
 * list of what was kept, on stdout. Exits with 1 where a check failed.
 */
export async function rehearseCommand(
  line: CommandLine,
  { terminal, play }: RehearsalOfCommand,
): Promise<number> {
  // --format belongs to the list here; a table's own format is told by its name.
  const values = new Map([...line.values].filter(([name]) => name !== "format"));
  const settings = await readSettings(
    line.compared === "map" ? "map" : "get",
    { ...line, values },
    readText,
  );
  await using server = await openRehearsal(play, {
    latency: LATENCY,
    answer: plausibleAnswers(pickedFields(settings.output.picks)),
    details: MOST_REQUESTS,
  });
  await using folder = await openFolder("rehearsal", line.values.get("into")?.at(-1));
  const now = await rehearsedSettings(settings, { port: server.port, folder: folder.path });
  const latency = play.latency ?? LATENCY;
  if (now.progress !== "quiet") {
    const limit = play.model === undefined ? "" : ` · limit ${play.model}`;
    const faults = play.faults === undefined ? "" : ` · faults ${play.faults}`;
    const takes = [...new Set([latency.leastMs, latency.mostMs])].map(formatDuration).join(" – ");
    const words = `rehearsing at ${server.url}, nothing leaves the machine · answers in ${takes}`;
    void terminal.stderr.write(`${words}${limit}${faults}\n`);
  }
  const notes = createClientNotes();
  const code = await runNoted(now, terminal, { notes, title: titleOf(settings) });
  const isStopped = code === exitCodeOfStop("cap");
  // Interrupted, wrong or without a disk, there is nothing to judge.
  if (!JUDGED.includes(code)) return code;
  // What is still under way is over then, and its end seen.
  await server.close();
  const checks = judge({
    ending: isStopped || settings.onFailure === "stop" ? "stopped" : "finished",
    seen: server.seen.requests(),
    client: notes.account(),
    declared: declaredBy(settings),
    model: play.model,
    limitOf: server.limitOf,
    faults: play.faults === undefined ? NO_FAULTS : parseFaults(play.faults, play.seed),
    serviceMs: (latency.leastMs + latency.mostMs) / 2,
  });
  const counts = countChecks(checks);
  const shown = line.values.get("format")?.at(-1) ?? "table";
  const { model, faults, seed } = play;
  await terminal.stdout.write(
    shown === "json"
      ? `${JSON.stringify({ title: titleOf(settings), model, faults, seed, ...counts, checks }, undefined, 2)}\n`
      : formatChecks(checks),
  );
  return counts.failed > 0 ? 1 : 0;
}

/** Ends after which there is something to judge: all answered, some failed, a cap, no network, all refused. */
const JUDGED: readonly number[] = [
  0,
  1,
  ...(["cap", "network", "refused"] as const).map(exitCodeOfStop),
];

async function runNoted(
  settings: Settings,
  terminal: Terminal,
  { notes, title }: { readonly notes: ClientNotes; readonly title: string },
): Promise<number> {
  await using pipeline = await openPipeline(settings);
  return await runWork(
    async () => {
      const work = await pipeline.prepare(settings, () => {});
      return {
        ...work,
        run: (listeners, signals, counters) =>
          work.run([...listeners, notes.listen], signals, counters),
      };
    },
    settings,
    { terminal, title },
  );
}

/** What the command line promises the servers; `auto` promises nothing. */
function declaredBy({ session, limits, mode, request, retryIf }: Settings): Evidence["declared"] {
  const { perHost = "auto", concurrency = "auto", rates = [] } = session.limits ?? {};
  const isSequential = mode === "sequential";
  return {
    perHost: isSequential ? 1 : perHost === "auto" ? undefined : perHost,
    concurrency: isSequential ? 1 : concurrency === "auto" ? undefined : concurrency,
    rates,
    maxRetryAfterMs:
      limits.wait === "wait"
        ? LONGEST_WAIT_MS
        : (session.maxRetryAfterMs ?? SESSION_DEFAULTS.maxRetryAfterMs),
    retries: session.retries ?? SESSION_DEFAULTS.retries,
    userAgent: request.removedHeaders.includes("user-agent") ? "left out" : "sent",
    answersAskedAgain: retryIf === undefined ? "never" : "by a rule",
    accept: session.accept ?? ((status) => status >= 200 && status < 300),
  };
}
