import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createCall } from "../core/call.ts";
import { systemClock } from "../core/clock.ts";
import { createHalt } from "../core/halt.ts";
import { type Outcome, outcomeOfError } from "../core/outcome.ts";
import { hostOf, type HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { openSession } from "../engine/session.ts";
import { createHistogram, type Histogram } from "../policy/histogram.ts";
import { costOf, count, createTally } from "../report/tally.ts";
import type { SpoolOptions } from "../transport/spool.ts";
import { listenForInterrupts } from "./interrupts.ts";
import type { Sample } from "./planned-work.ts";
import { createRequestCap } from "../runs/request-cap.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import { openCookies } from "../runs/work-cookies.ts";
import { readRules } from "../runs/work-rules.ts";
import { openSpool } from "../runs/work-spool.ts";

interface SampleSpool extends AsyncDisposable {
  /** Undefined where rules or picks want bodies in memory. */
  readonly options: SpoolOptions | undefined;
}

/**
 * Really sends these requests, as politely as a run would, each once; answers are read and let go of.
 * `onOutcome` hears of them in their order. Ctrl-C gives up what has not landed; a quota that is used up
 * is not waited for.
 */
export async function sendSample(
  settings: WorkSettings,
  requests: readonly HttpRequest[],
  onOutcome: (outcome: Outcome) => Promise<void>,
): Promise<Sample> {
  const tally = createTally(settings.caps.price);
  const rules = await readRules(settings);
  const jar = settings.cookieJar === undefined ? undefined : await openCookies(settings.cookieJar);
  const halt = createHalt();
  const cap = createRequestCap(settings.caps);
  await using spool = await openSampleSpool(settings, rules.length);
  await using session = openSession(
    {
      ...settings.session,
      removedHeaders: settings.request.removedHeaders,
      redirectsTo: settings.redirectsTo,
    },
    {
      emit: (event) => count(tally, event),
      rules,
      spool: spool?.options,
      halt,
      beforeGates: cap.middleware,
      last: jar === undefined ? [] : [jar.middleware],
    },
  );
  using interrupts = listenForInterrupts(process, systemClock, () => interrupts.stopNow());

  async function ask(request: HttpRequest): Promise<Outcome> {
    const call = createCall(interrupts.drain);
    try {
      const response = withoutBody(await session.send(request, call));
      return { kind: "answered", request, response, call };
    } catch (error) {
      return outcomeOfError(request, call, error);
    }
  }

  const isSequential = settings.mode === "sequential";
  const outcomes: Outcome[] = [];
  // The gates of the session keep to the limits, however many ask at once.
  const asked = isSequential ? [] : requests.map(ask);
  for (const [index, request] of requests.entries()) {
    const outcome = await (asked[index] ?? ask(request));
    // What was given up has no outcome.
    if (outcome.kind === "failed" && outcome.failure.code === "E_ABORTED") continue;
    outcomes.push(outcome);
    await onOutcome(outcome);
  }
  return {
    outcomes,
    requests: tally.requests,
    cost: costOf(tally),
    latencies: latenciesOf(outcomes),
    halted: halt.cause,
    interrupted: interrupts.exitCode,
  };
}

/** Bodies that a run would save may be too large for memory here too. */
async function openSampleSpool(
  settings: WorkSettings,
  rules: number,
): Promise<SampleSpool | undefined> {
  if (settings.output.save === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "fanfetch-sample-"));
  const output = { ...settings.output, save: join(folder, "{key}") };
  const spool = await openSpool({ ...settings, output }, rules);
  return {
    options: spool?.options,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What is told of an answer needs its size alone. */
function withoutBody(response: HttpResponse): HttpResponse {
  const { url, status, headers, wireBytes, timing, protocol, redirects, bytes } = response;
  const parts = { url, status, headers, wireBytes, timing, protocol, redirects };
  return new HttpResponse({ ...parts, body: { path: "", bytes } });
}

/** How long a request to a host takes; to one that was not asked, as to the one in the middle. */
export function sampleLatency({ latencies }: Sample): (origin: string) => number | undefined {
  const all = [...latencies.values()].toSorted((one, other) => one - other);
  return (origin) => latencies.get(origin) ?? all[all.length >> 1];
}

/** By origin, the median of the answers' times without those of connecting: a run has its connections open. */
function latenciesOf(outcomes: readonly Outcome[]): ReadonlyMap<string, number> {
  const found = new Map<string, Histogram>();
  for (const outcome of outcomes) {
    if (outcome.kind !== "answered") continue;
    const { totalMs, dnsMs, connectMs, tlsMs } = outcome.response.timing;
    const origin = hostOf(outcome.request);
    const times = found.get(origin) ?? createHistogram();
    found.set(origin, times);
    times.record(Math.max(0, totalMs - (dnsMs ?? 0) - (connectMs ?? 0) - (tlsMs ?? 0)));
  }
  return new Map([...found].map(([origin, times]) => [origin, times.percentile(0.5)]));
}
