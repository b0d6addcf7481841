import { exactMoney, formatMoney } from "../formats/money.ts";
import { formatCount, formatDuration, formatRate, formatSize } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import type { PlannedTime } from "../jobs/planned-times.ts";
import { formatLocalTime } from "../report/local-time.ts";
import type { ShownRequest } from "../report/shown-request.ts";
import { formatColumns } from "../report/text-columns.ts";
import { shownHost } from "../formats/shown-host.ts";
import type { PlannedWork } from "./planned-work.ts";

/** Hosts told one by one. */
const SHOWN_HOSTS = 5;

type Line = readonly [what: string, told: string];

/** A plan in words: how much, how long, for what money, and the first requests. */
export function planLines(work: PlannedWork): readonly string[] {
  const { plan, wait } = work;
  const lines: Line[] = [
    ...hostLines(work),
    ...doneLines(work),
    ...plan.times.map((time): Line => [timeWords(time), timeTold(time, wait)]),
    ...costLines(work),
    ...refusedLines(work),
  ];
  if (work.obstacle !== undefined) {
    lines.push([visible(work.obstacle), "exists and is not this run's; --force overwrites it"]);
  }
  if (plan.times.length === 0 && plan.survey.owed > 0) {
    lines.push(["duration", "unknown: no limit is known; --sample sends five to see"]);
  }
  return [headLine(work), ...formatColumns(lines, ["left", "left"]), ...requestLines(work)];
}

function headLine({ plan, input, things, duplicates }: PlannedWork): string {
  const { rows, requests, hosts } = plan.survey;
  const [only] = hosts;
  const to =
    only === undefined
      ? ""
      : hosts.length === 1
        ? ` to ${visible(shownHost(only.origin))}`
        : ` to ${formatCount(hosts.length)} hosts`;
  const word = rows === 1 ? things.slice(0, -1) : things;
  const all = `${formatCount(rows)} ${word}`;
  const distinct = duplicates === "asked once" ? "distinct " : "";
  const asked = `${countWords(requests, plan)} ${distinct}${requests === 1 ? "request" : "requests"}`;
  return input === undefined
    ? `${all}   ${asked}${to}`
    : `${visible(input)}   ${all}, ${asked}${to}`;
}

/** An estimate is told as one, in four digits. */
function countWords(count: number, { survey }: PlannedWork["plan"]): string {
  if (survey.precision === "exact") return formatCount(count);
  return `about ${formatCount(Number(count.toPrecision(4)))}`;
}

function hostLines({ plan }: PlannedWork): readonly Line[] {
  const { hosts } = plan.survey;
  if (hosts.length < 2) return [];
  const lines = hosts
    .slice(0, SHOWN_HOSTS)
    .map(({ origin, requests }): Line => [
      origin === "" ? "(other hosts)" : visible(shownHost(origin)),
      countWords(requests, plan),
    ]);
  const more = hosts.length - SHOWN_HOSTS;
  return more > 0 ? [...lines, [`and ${formatCount(more)} more`, ""]] : lines;
}

function doneLines({ plan, run, finished }: PlannedWork): readonly Line[] {
  const { done, owed } = plan.survey;
  if (run === undefined) return [];
  const rest =
    owed === 0
      ? finished === "asks again"
        ? "nothing is owed; the same crawl asks what has changed, --force asks anew"
        : "nothing is owed, --force asks anew"
      : `${countWords(owed, plan)} ${owed === 1 ? "request is" : "requests are"} still owed`;
  return [[`done in ${visible(run)}`, `${formatCount(done)}; ${rest}`]];
}

function timeWords(time: PlannedTime): string {
  switch (time.by) {
    case "rate":
      return `at the declared rate (${time.rates.map(formatRate).join(", ")})`;
    case "quota":
      return `at the declared quota (${formatRate(time.rate)})`;
    case "pause":
      return `at the pause that robots.txt asks for (${formatDuration(time.pauseMs)})`;
    case "learned": {
      const { learnedAtMs, rate, concurrency, evidence } = time.limits;
      const when =
        learnedAtMs === undefined ? "" : ` on ${formatLocalTime(learnedAtMs).slice(0, 10)}`;
      const limits = [
        ...(rate === undefined ? [] : [`${Number(rate.toPrecision(2))}/s`]),
        ...(concurrency === undefined ? [] : [`${formatCount(Math.round(concurrency))} at once`]),
      ];
      const how = evidence.includes("declared") ? "set" : "learned";
      return `at the limit ${how}${when} (${limits.join(", ") || "none found"})`;
    }
    case "concurrency":
      return `${formatCount(time.places)} at once, ${formatDuration(time.latencyMs)} each`;
  }
}

const UNITS: ReadonlyMap<number, string> = new Map([
  [3_600_000, "hour"],
  [86_400_000, "day"],
]);

function timeTold(time: PlannedTime, wait: PlannedWork["wait"]): string {
  if (time.by === "concurrency" && time.bound === "at most") {
    return `at most ${formatDuration(time.durationMs)}, less once more at once are learned`;
  }
  if (time.by !== "quota") return formatDuration(time.durationMs);
  const { windows, rate } = time;
  const unit = UNITS.get(rate.perMs);
  if (windows === 1) return unit === undefined ? "is enough" : `is enough for one ${unit}`;
  const each = unit === undefined ? "each time" : `each ${unit}`;
  const how =
    wait === "stop"
      ? `stops ${each}, resumes by itself with --wait`
      : `waits ${each} until it is full again`;
  const spread =
    unit === undefined
      ? `${formatCount(windows)} times ${formatDuration(rate.perMs)}`
      : `${formatCount(windows)} ${unit}s`;
  return `${spread}: ${how}`;
}

function costLines({ plan }: PlannedWork): readonly Line[] {
  const { cost, stop } = plan;
  const after = stop === undefined ? "" : `stops after ${formatCount(stop.after)}`;
  const lines: Line[] = [];
  if (cost !== undefined) {
    const about = plan.survey.precision === "about" ? "about " : "";
    const paid = cost.paid === 0n ? "" : `, ${formatMoney(cost.paid)} are paid`;
    const isStop = stop?.by === "--max-cost";
    const cap =
      cost.maxCost === undefined
        ? ""
        : `   (cap ${formatMoney(cost.maxCost)} set${paid}: ${isStop ? after : "is enough"})`;
    const price = `price ${exactMoney(cost.price).replace(/\.00$/, "")} each`;
    lines.push([price, `${about}${formatMoney(cost.total)}${cap}`]);
  }
  if (stop?.by === "--max-requests") lines.push([`cap --max-requests`, after]);
  return lines;
}

function refusedLines({ plan }: PlannedWork): readonly Line[] {
  const { rows, why } = plan.survey.refused;
  if (rows === 0) return [];
  return [[`${formatCount(rows)} cannot be sent`, visible(why ?? "")]];
}

function requestLines({ requests }: PlannedWork): readonly string[] {
  const [first] = requests;
  if (first === undefined) return [];
  const title =
    requests.length === 1 ? "the first request" : `the first ${requests.length} requests`;
  return [
    "",
    title,
    ...requests.flatMap((one) => shownLines(one, one === first ? undefined : first)),
  ];
}

/** A request; of its fields those that `before` has not shown. */
function shownLines(request: ShownRequest, before: ShownRequest | undefined): readonly string[] {
  const { method, url, headers, bodyBytes } = request;
  const known = new Set(before?.headers.map(({ name, value }) => `${name}: ${value}`));
  const fields = headers.filter(({ name, value }) => !known.has(`${name}: ${value}`));
  return [
    `  ${method} ${visible(url)}`,
    ...fields.map(
      ({ name, value }) =>
        `    ${visible(name)}: ${value === null ? "(withheld)" : visible(value)}`,
    ),
    ...(bodyBytes === 0 ? [] : [`    body of ${formatSize(bodyBytes)}`]),
  ];
}
