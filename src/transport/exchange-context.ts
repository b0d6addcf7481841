import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { BodyOptions } from "./arriving-body.ts";
import type { Exchange } from "./undici-exchange.ts";

/** What an exchange needs of the transport around it. */
export interface ExchangeContext extends BodyOptions {
  readonly clock: Clock;
  /** The exchange is over: its lane is free, or, if it never answered, of no more use. */
  over(exchange: Exchange, lane: "free" | "lost"): void;
  /** Sends once more what met a connection that the server was just closing. */
  again(request: HttpRequest, call: Call, settle: Settle): void;
}

/** Whom to tell of the answer or the failure. */
export type Settle = Pick<PromiseWithResolvers<HttpResponse>, "resolve" | "reject">;

/** Whether a connection that was just closing is reason to send it once more. */
export type Chance = "first" | "last";
