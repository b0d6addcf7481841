import type { Arrival, LimitModel } from "./verdict.ts";
import { hashOf } from "../random.ts";
import type { Gate, Standing } from "./gate.ts";
import type { Service } from "./service.ts";
import { fieldsOf, type Voice } from "./voice.ts";

/** What a limited server is made of. */
export interface LimitedServerParts {
  /** All have to let a request pass; none counts one that another refused. */
  readonly gates: readonly Gate[];
  readonly service: Service;
  readonly voice: Voice;
  readonly status: 429 | 503;
  /** Until a refusal is answered. */
  readonly refusalMs: number;
  /** Until a connection that nobody serves is reset. */
  readonly dropMs: number;
  /** Share of requests that are refused for no reason. */
  readonly noise: number;
}

const UNKNOWN: Standing = { limit: 0, remaining: 0, resetMs: 0, waitMs: 1000, windowMs: 0 };

/** Joins limits, a way of working and a way of talking to one server. */
export function createLimitedServer(parts: LimitedServerParts): LimitModel {
  const { gates, service, voice } = parts;
  let arrived = 0;
  /** Limits count their time from the first arrival, so that changes come when they were meant to. */
  let originMs: number | undefined;
  /** What the fields tell of: the limit that is nearest to its end. */
  const told = (at: Arrival): Standing => {
    let nearest = UNKNOWN;
    let share = Infinity;
    for (const gate of gates) {
      const standing = gate.standing(at);
      const left = standing.remaining / standing.limit - standing.waitMs;
      if (left >= share) continue;
      share = left;
      nearest = standing;
    }
    return nearest;
  };
  const refuse = (at: Arrival) => {
    const headers = fieldsOf(
      gates.length === 0 ? { ...voice, fields: "none" } : voice,
      told(at),
      at,
      true,
    );
    return { kind: "refused", status: parts.status, forMs: parts.refusalMs, headers } as const;
  };
  return {
    arrive(arrival) {
      arrived += 1;
      originMs ??= arrival.nowMs;
      const at = { ...arrival, nowMs: arrival.nowMs - originMs };
      if (parts.noise > 0 && hashOf(String(arrived), 7) / 2 ** 32 < parts.noise) return refuse(at);
      if (!gates.every((gate) => gate.hasRoom(at))) return refuse(at);
      const forMs = service.serve(at);
      if (forMs === "dropped") return { kind: "dropped", forMs: parts.dropMs };
      if (forMs === "refused") return refuse(at);
      for (const gate of gates) gate.take(at);
      const headers = gates.length === 0 ? [] : fieldsOf(voice, told(at), at, false);
      return { kind: "accepted", forMs, headers };
    },
    leave() {
      service.leave();
      for (const gate of gates) gate.leave();
    },
    allowance(fromMs, toMs, serviceMs) {
      const of = (part: Gate | Service): number =>
        part.allowance(fromMs - (originMs ?? 0), toMs - (originMs ?? 0), serviceMs);
      return Math.min(of(service), ...gates.map(of));
    },
  };
}
