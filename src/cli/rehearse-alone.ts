import { systemClock } from "../core/clock.ts";
import { formatCount } from "../formats/quantity.ts";
import { mostAtOnce, mostWithin } from "../rehearsal/peaks.ts";
import type { Rehearsal } from "../rehearsal/rehearsal.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { openRehearsal } from "./open-rehearsal.ts";
import type { RehearsalSettings } from "./settings-rehearsal.ts";
import type { Terminal } from "./terminal.ts";

/** Serves until Ctrl-C; the URL on stdout, what is played and what was seen on stderr. */
export async function serveRehearsal(play: RehearsalSettings, terminal: Terminal): Promise<number> {
  await using server = await openRehearsal(play, { latency: { leastMs: 0, mostMs: 0 } });
  const ended = Promise.withResolvers<void>();
  using _interrupts = listenForInterrupts(process, systemClock, () => ended.resolve());
  await terminal.stdout.write(`${server.url}\n`);
  void terminal.stderr.write(`${introduction(server.url, play).join("\n")}\n`);
  await ended.promise;
  void terminal.stderr.write(`${seenBy(server)}\n`);
  return 0;
}

function introduction(url: string, play: RehearsalSettings): readonly string[] {
  const any = play.answer !== undefined;
  return [
    `a rehearsal server of this machine, until Ctrl-C: ${url}`,
    `  limit   ${play.model ?? "none"}`,
    `  faults  ${play.faults ?? "none"}`,
    `  paths   ${any ? "all have an answer" : `are behaviours; ${url}/ lists them`}`,
    `  try     fanfetch get ${url}${any ? "" : "/answer"}/1`,
    `          fanfetch map names.csv '${url}/${any ? "" : "answer"}?name={name}'`,
  ];
}

function seenBy({ seen }: Rehearsal): string {
  const last = seen.requests();
  const of = last.length < seen.total ? ` (of the last ${formatCount(last.length)})` : "";
  const times = new Map<string, number>();
  for (const { question } of last) times.set(question, (times.get(question) ?? 0) + 1);
  const again = [...times.values()].filter((count) => count > 1).length;
  return [
    `${formatCount(seen.total)} ${seen.total === 1 ? "request" : "requests"}`,
    `most at once ${formatCount(mostAtOnce(last))}`,
    `most in any second ${formatCount(mostWithin(last, 1000))}`,
    `${formatCount(seen.refused)} refused`,
    `${formatCount(again)} asked more than once${of}`,
  ].join(" · ");
}
