import type { IncomingMessage, ServerResponse } from "node:http";

import type { Clock } from "../core/clock.ts";
import type { BoundedMap } from "./bounded-map.ts";
import type { Body, Coding } from "./body.ts";
import type { SeenRequest } from "./seen-request.ts";
import type { AnswerMaker } from "./made-up-answer.ts";
import type { Latency } from "./latency.ts";
import type { StorySettings } from "./story-settings.ts";

/** What a rehearsal knows beyond one request: its clock, its settings, and counters by name. */
export interface Stage {
  readonly clock: Clock;
  readonly seed: number;
  readonly stories: StorySettings;
  /** What an answer takes where nothing else is said. */
  readonly latency: Latency;
  /** What a path is answered that asks for a made-up answer. */
  readonly answer: AnswerMaker;
  /** Counters of behaviours, by the path that declares them and the client. */
  readonly counters: BoundedMap<unknown>;
}

/** How the body goes out, where not all at once. */
export interface Delivery {
  /** @default a tenth of the body */
  readonly pieceBytes?: number;
  readonly everyMs: number;
}

/** Resolves to this when the client is gone: nothing more is to be done. */
export type Waited = "waited" | "gone";

const JSON_TYPE = "application/json; charset=utf-8";

/** One request on its way through the behaviours of its path, and the answer as it takes shape. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly seen: SeenRequest;
  readonly stage: Stage;
  status = 200;
  /** Name and value in turn. */
  readonly headers: string[] = [];
  body: Body | undefined = undefined;
  coding: Coding | undefined = undefined;
  delivery: Delivery | undefined = undefined;
  /** Bytes of the body after which the connection is cut. */
  cutAtBytes: number | "half" | undefined = undefined;
  /** Runs when the answer is complete or the connection gone. */
  readonly endings: (() => void)[] = [];
  #query: URLSearchParams | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, seen: SeenRequest, stage: Stage) {
    this.request = request;
    this.response = response;
    this.seen = seen;
    this.stage = stage;
  }

  get query(): URLSearchParams {
    this.#query ??= this.seen.query;
    return this.#query;
  }

  /** Who asks: clients that send `X-Rehearsal-Client` are counted apart. */
  get client(): string {
    const header = this.request.headers["x-rehearsal-client"];
    return typeof header === "string" ? header : "";
  }

  /** A counter of this client, made where there is none yet. */
  counter<V>(name: string, make: () => V): V {
    return this.stage.counters.take(`${this.client} ${name}`, make) as V;
  }

  /** Waits, unless the client goes away first; leaves no timer behind. */
  wait(delayMs: number): Promise<Waited> {
    return new Promise((resolve) => {
      const onClose = (): void => {
        timer[Symbol.dispose]();
        resolve("gone");
      };
      const timer = this.stage.clock.after(delayMs, () => {
        this.response.off("close", onClose);
        resolve("waited");
      });
      this.response.once("close", onClose);
    });
  }

  /** Resets the connection; the end is noted before the client can hear of it and ask again. */
  reset(): "gone" {
    this.finish();
    this.request.socket.resetAndDestroy();
    return "gone";
  }

  /** Runs the endings, once. */
  finish(): void {
    for (const ending of this.endings.splice(0)) ending();
  }

  json(value: unknown, status = 200): void {
    this.text(JSON.stringify(value), JSON_TYPE, status);
  }

  text(text: string, contentType = JSON_TYPE, status = 200): void {
    this.status = status;
    this.headers.push("content-type", contentType);
    this.body = Buffer.from(text, "utf8");
  }
}
