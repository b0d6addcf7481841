import { join } from "node:path";

import { createCall } from "../core/call.ts";
import { systemClock } from "../core/clock.ts";
import { createHalt } from "../core/halt.ts";
import { type Outcome, outcomeOfError } from "../core/outcome.ts";
import type { HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { openSession } from "../engine/session.ts";
import { costOf, count, createTally } from "../report/tally.ts";
import type { SpoolOptions } from "../transport/spool.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { openFolder } from "./open-folder.ts";
import type { Sample } from "./planned-work.ts";
import { createRequestCap } from "../runs/request-cap.ts";
import { createRequestLatencies } from "./request-latencies.ts";
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
  settings.who?.use(halt);
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
      beforeGates: [...(settings.who?.beforeGates ?? []), ...cap.middleware],
      last: [...(settings.who?.last ?? []), ...(jar === undefined ? [] : [jar.middleware])],
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
  const latencies = createRequestLatencies();
  // The gates of the session keep to the limits, however many ask at once.
  const asked = isSequential ? [] : requests.map(ask);
  for (const [index, request] of requests.entries()) {
    const outcome = await (asked[index] ?? ask(request));
    // What was given up has no outcome.
    if (outcome.kind === "failed" && outcome.failure.code === "E_ABORTED") continue;
    outcomes.push(outcome);
    latencies.note(outcome);
    await onOutcome(outcome);
  }
  return {
    outcomes,
    requests: tally.requests,
    cost: costOf(tally),
    latencies: latencies.medians(),
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
  const folder = await openFolder("sample");
  const output = { ...settings.output, save: join(folder.path, "{key}") };
  const spool = await openSpool({ ...settings, output }, rules);
  return {
    options: spool?.options,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** What is told of an answer needs its size alone. */
function withoutBody(response: HttpResponse): HttpResponse {
  const { url, status, headers, wireBytes, timing, protocol, redirects, bytes } = response;
  const parts = { url, status, headers, wireBytes, timing, protocol, redirects };
  return new HttpResponse({ ...parts, body: { path: "", bytes } });
}
