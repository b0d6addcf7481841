import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import type { Halt } from "../core/halt.ts";
import { HookError } from "../core/hook-error.ts";
import { hostOf, type HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";
import { asRefusal } from "./as-refusal.ts";

/**
 * What becomes of an answer that a rule speaks of. `retry`: asked again, at the cost of an attempt.
 * `hold`: the whole host waits, and it is asked again for nothing. `fail`: it is none. `skip`: its row is
 * skipped. `stop`: the run stops, and the row is still owed. `quarantine`: it fails, and is set apart.
 */
export type RuleVerdict = "retry" | "hold" | "fail" | "skip" | "stop" | "quarantine";

/** What the user knows of answers that their status does not say (`200 {"status":"OVER_QUERY_LIMIT"}`). */
export interface AnswerRule {
  /** As the user wrote it, for the message. */
  readonly text: string;
  readonly then: RuleVerdict;
  /** Answers that it is asked of: those of an accepted status, or all. @default "accepted" */
  readonly asks?: "accepted" | "all" | undefined;
  /** How long the host is held where the answer has no Retry-After. Milliseconds. @default as an answer of status 429 would hold it */
  readonly holdMs?: number | undefined;
  /** Whether the rule speaks of this answer. May throw for a body that cannot be read. */
  readonly holds: (response: HttpResponse) => boolean;
}

/** What rules need to be obeyed. */
export interface AnswerRulesOptions {
  readonly accept: (status: number) => boolean;
  /** Stops the run. @default an answer that is to stop it fails */
  readonly halt?: Halt | undefined;
}

/** Rules on answers, in three places. */
export interface AnswerRules {
  /** Outside retry: an answer that was refused in the host's name to the last is the rule's failure. */
  readonly end: Middleware;
  /** Inside retry: obeys the first rule that speaks of an answer. */
  readonly obey: Middleware;
  /** Inside the host's gate: an answer that is to hold the host is a refusal to all who listen for one. */
  readonly refuse: Middleware;
}

/**
 * Obeys rules on answers: the first that speaks of one decides. What is refused is E_RULE, transient
 * where the rule says retry; a body that a rule cannot read is E_PARSE, and E_HOOK where a function of the user's threw; what stops the run is E_ABORTED.
 */
export function answerRules(
  rules: readonly AnswerRule[],
  { accept, halt }: AnswerRulesOptions,
): AnswerRules {
  // Both by header fields: an answer that was redirected to is another object with the same ones.
  const refusals = new WeakMap<object, { rule: AnswerRule; response: HttpResponse }>();
  // A rule that learns (drift) is to be asked of each answer once.
  const judged = new WeakMap<object, { rule: AnswerRule | undefined; body: unknown }>();

  function ruleFor(request: HttpRequest, response: HttpResponse): AnswerRule | undefined {
    const isAccepted = accept(response.status);
    for (const rule of rules) {
      if (!isAccepted && rule.asks !== "all") continue;
      try {
        if (rule.holds(response)) return rule;
      } catch (cause) {
        const elapsedMs = response.timing.totalMs;
        const parts = { request, response, cause, elapsedMs };
        if (cause instanceof HookError) throw new Failure("E_HOOK", cause.message, parts);
        const words = `the answer is not what ${rule.text} can be asked of: ${(cause as Error).message}`;
        throw new Failure("E_PARSE", words, parts);
      }
    }
    return undefined;
  }

  function failure(rule: AnswerRule, request: HttpRequest, response: HttpResponse): Failure {
    const { then } = rule;
    const isStop = then === "stop" && halt !== undefined;
    if (isStop) halt.halt({ reason: "rule", host: hostOf(request), text: rule.text });
    return new Failure(isStop ? "E_ABORTED" : "E_RULE", `the answer meets ${rule.text}`, {
      request,
      response,
      transient: then === "retry",
      elapsedMs: response.timing.totalMs,
      ruling: then === "skip" || then === "quarantine" ? then : undefined,
    });
  }

  const each =
    (look: (response: HttpResponse, request: HttpRequest) => HttpResponse): Middleware =>
    (next) =>
    (request: HttpRequest, call: Call) =>
      next(request, call).then((response) => look(response, request));

  return {
    end: each((response, request) => {
      const refusal = refusals.get(response.headers);
      if (refusal === undefined) return response;
      throw failure(refusal.rule, request, refusal.response);
    }),
    obey: each((response, request) => {
      if (refusals.has(response.headers)) return response;
      const known = judged.get(response.headers);
      const rule =
        known !== undefined && known.body === response.body
          ? known.rule
          : ruleFor(request, response);
      if (rule === undefined) return response;
      throw failure(rule, request, response);
    }),
    refuse: each((response, request) => {
      let rule: AnswerRule | undefined;
      try {
        rule = ruleFor(request, response);
      } catch {
        // It is told further out.
        return response;
      }
      judged.set(response.headers, { rule, body: response.body });
      if (rule?.then !== "hold") return response;
      const refusal = asRefusal(response, rule.holdMs);
      refusals.set(refusal.headers, { rule, response });
      return refusal;
    }),
  };
}
