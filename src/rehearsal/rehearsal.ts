import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { type Clock, systemClock } from "../core/clock.ts";
import { UsageError } from "../core/usage-error.ts";
import type { Step } from "./behaviour.ts";
import { BEHAVIOURS } from "./behaviours.ts";
import { BoundedMap } from "./bounded-map.ts";
import { Exchange, type Stage } from "./exchange.ts";
import { indexPage } from "./index-page.ts";
import { follow, planOf } from "./path-plan.ts";
import type { Latency } from "./latency.ts";
import { limitModelOf, type LimitModel } from "./limit-model.ts";
import { limited, takesItsTime } from "./limited.ts";
import { type AnswerMaker, giveMadeUp, plausibleAnswers } from "./made-up-answer.ts";
import { NO_FAULTS, parseFaults } from "./faults.ts";
import { reply } from "./reply.ts";
import { createSeen, type Seen, type SeenOptions } from "./seen.ts";
import { SEEN_BODY_BYTES, type SeenRequest } from "./seen-request.ts";
import { answerNames, asksForNames } from "./story-names.ts";
import { STORY_DEFAULTS, type StorySettings } from "./story-settings.ts";

/** How a rehearsal is set up. */
export interface RehearsalOptions {
  /** @default 0, any free port */
  readonly port?: number;
  /** Decides the made-up data. @default 1 */
  readonly seed?: number;
  /** The limit that each host named by a request has of its own: `bucket:20/s,burst=200` (docs/rehearse.md). @default none */
  readonly model?: string | undefined;
  /** What goes wrong: `resets=2%,poison=3` (docs/rehearse.md). @default nothing */
  readonly faults?: string | undefined;
  /** What every answer takes, always the same for one URL. Milliseconds. @default 0 */
  readonly latencyMs?: number | readonly [least: number, most: number];
  /** Answers any path; without it paths are behaviours. */
  readonly answer?: AnswerMaker | undefined;
  /** Latencies and quotas of the five stories. @default as they were told, see STORY_DEFAULTS */
  readonly stories?: Partial<StorySettings>;
  /** How much is remembered of what was seen. */
  readonly remember?: SeenOptions;
  readonly clock?: Clock;
}

/** A server of this machine whose paths are behaviours, and what it saw. */
export interface Rehearsal extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly seen: Seen;
  /** The limit of a host, as the Host field of its requests names it; undefined where there is none. */
  readonly limitOf: (host: string) => LimitModel | undefined;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** Plans and counters that are kept; those of forgotten URLs start afresh. */
const MOST_PLANS = 10_000;
const MOST_COUNTERS = 200_000;
/** Hosts that are limited each on its own. */
const MOST_HOSTS = 10_000;

/**
 * Starts a rehearsal on the loopback interface; `GET /` tells what its paths can say.
 * @throws UsageError for a model or a fault that cannot be read.
 */
export async function startRehearsal(options: RehearsalOptions = {}): Promise<Rehearsal> {
  const { port = 0, seed = 1, stories = {}, remember = {}, clock = systemClock } = options;
  const stage: Stage = {
    clock,
    seed,
    stories: { ...STORY_DEFAULTS, ...stories },
    latency: rangeOf(options.latencyMs ?? 0),
    answer: options.answer ?? plausibleAnswers(),
    counters: new BoundedMap(MOST_COUNTERS),
  };
  const seen = createSeen(remember);
  const limits = new BoundedMap<LimitModel>(MOST_HOSTS);
  const before = beginning(options, limits);
  const plans = new BoundedMap<readonly Step[]>(MOST_PLANS);
  const stepsOf: StepsOf = (path) =>
    plans.take(path, () => (options.answer === undefined ? planOf(path, BEHAVIOURS) : ANYTHING));

  function receive(request: IncomingMessage, response: ServerResponse): void {
    const arrived = seen.arrive(request, clock.now());
    const exchange = new Exchange(request, response, arrived, stage);
    exchange.endings.push(() => seen.end(arrived, clock.now()));
    response.on("close", () => exchange.finish());
    void serve(exchange, before, stepsOf).catch((error: unknown) => {
      // A fault of this server must be told from the faults that it plays.
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { "x-rehearsal-fault": "1" }).end(`${String(error)}\n`);
    });
  }

  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, receive);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", backlog: 4096 }, resolve);
  });
  const bound = (server.address() as AddressInfo).port;

  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    seen,
    limitOf: (host) => limits.get(host),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The steps that a path says. @throws UsageError for one that says nothing. */
type StepsOf = (path: string) => readonly Step[];

const ANYTHING: readonly Step[] = [giveMadeUp];

function rangeOf(latencyMs: NonNullable<RehearsalOptions["latencyMs"]>): Latency {
  const [leastMs, mostMs] = typeof latencyMs === "number" ? [latencyMs, latencyMs] : latencyMs;
  return { leastMs, mostMs };
}

/** What is done with every request before its path is read: the door, the limit, what goes wrong inside. */
function beginning(
  { model, faults, latencyMs = 0, seed = 1 }: RehearsalOptions,
  limits: BoundedMap<LimitModel>,
): readonly Step[] {
  const { atTheDoor, inside } = faults === undefined ? NO_FAULTS : parseFaults(faults, seed);
  const steps = [...atTheDoor];
  if (model !== undefined) {
    // Once now, so that a wrong one is told before anything is played.
    limitModelOf(model);
    steps.push(limited(({ seen }) => limits.take(seen.host, () => limitModelOf(model))));
  } else if (latencyMs !== 0) steps.push(takesItsTime);
  return [...steps, ...inside];
}

async function serve(exchange: Exchange, before: readonly Step[], stepsOf: StepsOf): Promise<void> {
  const { request, seen } = exchange;
  if (request.headers["content-length"] ?? request.headers["transfer-encoding"]) {
    if (!(await readBody(request, seen))) return;
  }
  let steps: readonly Step[];
  try {
    steps = stepsOf(seen.path);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    exchange.json({ error: error.message, help: "/" }, 404);
    return reply(exchange);
  }
  let turn = before.length === 0 ? "on" : await follow(before, exchange);
  if (turn === "on") turn = await follow(steps, exchange);
  if (turn === "on") turn = await answerPlain(exchange);
  if (turn === "answered") await reply(exchange);
}

/** What a path answers that says nothing of an answer. */
async function answerPlain(exchange: Exchange): Promise<"answered" | "gone"> {
  if (asksForNames(exchange)) return answerNames(exchange);
  if (exchange.seen.path === "/") {
    exchange.text(indexPage(BEHAVIOURS), "text/html; charset=utf-8");
  } else {
    exchange.json({ status: 200, path: exchange.seen.path });
  }
  return "answered";
}

/** Reads a body to its end; false when the client went away before. */
async function readBody(request: IncomingMessage, seen: SeenRequest): Promise<boolean> {
  const chunks: Buffer[] = [];
  let kept = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (kept >= SEEN_BODY_BYTES) continue;
      chunks.push(chunk.subarray(0, SEEN_BODY_BYTES - kept));
      kept += chunk.byteLength;
    }
  } catch {
    return false;
  }
  seen.body = Buffer.concat(chunks).toString("utf8");
  return true;
}
