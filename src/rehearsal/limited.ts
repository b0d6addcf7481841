import type { Step } from "./behaviour.ts";
import type { Exchange } from "./exchange.ts";
import { latencyOf } from "./latency.ts";
import type { LimitModel } from "./limit-model.ts";

/** A step that lets a model of a limit judge each request: it goes on, is refused, or is dropped. */
export function limited(modelOf: (exchange: Exchange) => LimitModel): Step {
  return async (exchange) => {
    const { clock, latency } = exchange.stage;
    const model = modelOf(exchange);
    const serviceMs = latencyOf(latency, exchange);
    const verdict = model.arrive({ nowMs: clock.now(), wallMs: clock.wallNow(), serviceMs });
    if (verdict.kind === "accepted") exchange.endings.push(() => model.leave(clock.now()));
    if (verdict.forMs > 0 && (await exchange.wait(verdict.forMs)) === "gone") return "gone";
    if (verdict.kind === "dropped") return exchange.reset();
    exchange.headers.push(...verdict.headers);
    if (verdict.kind === "accepted") return "on";
    exchange.json({ error: "too many requests" }, verdict.status);
    return "answered";
  };
}

/** A step for a server that does not limit: every answer takes its time. */
export const takesItsTime: Step = async (exchange) => {
  const forMs = latencyOf(exchange.stage.latency, exchange);
  if (forMs === 0) return "on";
  return (await exchange.wait(forMs)) === "waited" ? "on" : "gone";
};
