import { formatDuration } from "../formats/quantity.ts";
import type { ClientAccount } from "../rehearsal/evidence.ts";
import { NO_FAULTS, parseFaults } from "../rehearsal/faults.ts";
import { judge } from "../rehearsal/judge.ts";
import type { SeenRequest } from "../rehearsal/seen-request.ts";
import { countChecks, formatChecks } from "./check-lines.ts";
import { createClientNotes } from "./client-notes.ts";
import type { CommandLine } from "./command-line.ts";
import { exitCodeOfStop } from "./exit-code.ts";
import { openFolder } from "./open-folder.ts";
import { openRehearsal } from "./open-rehearsal.ts";
import { REHEARSE_FLAGS } from "./flags-rehearse.ts";
import { MOST_REQUESTS } from "./rehearsed-settings.ts";
import { type RehearsedWork, rehearsedList } from "./rehearsed-work.ts";
import type { RehearsalSettings } from "./settings-rehearsal.ts";
import type { Terminal } from "./terminal.ts";

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
  const work = await openWork(line);
  await using server = await openRehearsal(
    { ...play, answer: await work.answers(play.answer) },
    { latency: LATENCY, details: MOST_REQUESTS },
  );
  await using folder = await openFolder("rehearsal", line.values.get("into")?.at(-1));
  const latency = play.latency ?? LATENCY;
  if (work.progress !== "quiet") {
    const limit = play.model === undefined ? "" : ` · limit ${play.model}`;
    const faults = play.faults === undefined ? "" : ` · faults ${play.faults}`;
    const takes = [...new Set([latency.leastMs, latency.mostMs])].map(formatDuration).join(" – ");
    const words = `rehearsing at ${server.url}, nothing leaves the machine · answers in ${takes}`;
    void terminal.stderr.write(`${words}${limit}${faults}\n`);
  }
  const notes = createClientNotes();
  const stage = { port: server.port, folder: folder.path };
  const code = await work.run(stage, { terminal, notes });
  const isStopped = code === exitCodeOfStop("cap");
  // Interrupted, wrong or without a disk, there is nothing to judge.
  if (!JUDGED.includes(code)) return code;
  // What is still under way is over then, and its end seen.
  await server.close();
  const seen = server.seen.requests();
  const checks = judge({
    ending: isStopped || work.onFailure === "stop" ? "stopped" : "finished",
    seen,
    client: withHelpers(notes.account(), seen),
    declared: work.declared,
    rowsAtOnce: work.rowsAtOnce,
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
      ? `${JSON.stringify({ title: work.title, model, faults, seed, ...counts, checks }, undefined, 2)}\n`
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

/** Crawls and jobs are loaded for those who rehearse them. @throws UsageError */
async function openWork(line: CommandLine): Promise<RehearsedWork> {
  // --format belongs to the list here, a table's own is told by its name; the others are the server's.
  const values = new Map([...line.values].filter(([name]) => !OWN.has(name)));
  const rehearsed = { ...line, values };
  if (line.compared === "crawl") {
    const { rehearsedCrawl } = await import("./rehearsed-crawl.ts");
    return await rehearsedCrawl(rehearsed);
  }
  if (line.compared === "run") {
    const { rehearsedJob } = await import("./rehearsed-job.ts");
    return await rehearsedJob(rehearsed);
  }
  return await rehearsedList(rehearsed);
}

const OWN: ReadonlySet<string> = new Set(["format", ...REHEARSE_FLAGS.map(({ name }) => name)]);

/** What is asked beside the rows, each once: robots.txt, tokens, and further pages of a list. */
function withHelpers(client: ClientAccount, seen: readonly SeenRequest[]): ClientAccount {
  const outcomes = new Map(client.outcomes);
  for (const { question } of seen) if (!outcomes.has(question)) outcomes.set(question, 1);
  return { ...client, outcomes };
}
