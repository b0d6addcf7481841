import { exactMoney, type Money } from "../formats/money.ts";
import { formatRate } from "../formats/quantity.ts";
import { redactUrl } from "../formats/redact-url.ts";
import type { Outcome } from "../core/outcome.ts";
import type { PlannedTime } from "../jobs/planned-times.ts";
import type { PlannedWork, Sample } from "./planned-work.ts";

/** Hosts told one by one. */
const SHOWN_HOSTS = 1_000;

/** A plan as JSON tells it: names are added, none changes. Times in milliseconds, amounts as decimals. */
export function planToJson({ plan, input, run, obstacle, requests, sample }: PlannedWork): object {
  const { survey, times, durationMs, cost, stop } = plan;
  return {
    input: input ?? null,
    rows: survey.rows,
    requests: survey.requests,
    owed: survey.owed,
    precision: survey.precision,
    hosts: survey.hosts
      .slice(0, SHOWN_HOSTS)
      .map((host) => ({ host: host.origin, requests: host.requests, owed: host.owed })),
    hostCount: survey.hosts.length,
    refused: { rows: survey.refused.rows, why: survey.refused.why ?? null },
    run: run === undefined ? null : { directory: run, done: survey.done },
    obstacle: obstacle ?? null,
    durationMs: durationMs === undefined ? null : round(durationMs),
    times: times.map(timeToJson),
    cost:
      cost === undefined
        ? null
        : {
            price: amount(cost.price),
            total: amount(cost.total),
            paid: amount(cost.paid),
            maxCost: cost.maxCost === undefined ? null : amount(cost.maxCost),
          },
    stop: stop ?? null,
    firstRequests: requests,
    sample: sample === undefined ? null : sampleToJson(sample),
    sent: sample?.requests ?? 0,
  };
}

function timeToJson(time: PlannedTime): object {
  const told = { by: time.by, durationMs: round(time.durationMs) };
  switch (time.by) {
    case "rate":
      return { ...told, rates: time.rates.map(formatRate) };
    case "quota":
      return { ...told, rate: formatRate(time.rate), windows: time.windows };
    case "pause":
      return { ...told, host: time.origin, pauseMs: round(time.pauseMs) };
    case "learned": {
      const { rate, concurrency, learnedAtMs } = time.limits;
      const at = learnedAtMs === undefined ? null : new Date(learnedAtMs).toISOString();
      return {
        ...{ ...told, host: time.origin, learnedAt: at },
        ...{ ratePerSecond: rate ?? null, concurrency: concurrency ?? null },
      };
    }
    case "concurrency":
      return { ...told, places: time.places, latencyMs: round(time.latencyMs), bound: time.bound };
  }
}

function sampleToJson({ outcomes, requests, cost, latencies }: Sample): object {
  return {
    requests,
    answered: outcomes.filter(({ kind }) => kind === "answered").length,
    failed: outcomes.filter(({ kind }) => kind !== "answered").length,
    cost: cost === undefined ? null : amount(cost),
    latencyMs: Object.fromEntries([...latencies].map(([host, ms]) => [host, round(ms)])),
    outcomes: outcomes.map(outcomeToJson),
  };
}

function outcomeToJson(outcome: Outcome): object {
  const failure = outcome.kind === "answered" ? undefined : outcome.failure;
  const response = outcome.kind === "answered" ? outcome.response : outcome.failure.response;
  return {
    url: redactUrl(outcome.request.url),
    status: response?.status ?? null,
    bytes: response?.bytes ?? null,
    attempts: outcome.call.attempts,
    timing: response?.timing ?? null,
    error: failure === undefined ? null : { code: failure.code, message: failure.message },
  };
}

function amount(money: Money): number {
  return Number(exactMoney(money));
}

/** Microseconds are enough. */
function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
