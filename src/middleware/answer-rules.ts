import { Failure } from "../core/failure.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";

/** What the user knows of answers that their status does not say (`200 {"status":"OVER_QUERY_LIMIT"}`). */
export interface AnswerRule {
  /** As the user wrote it, for the message. */
  readonly text: string;
  readonly then: "fail" | "retry";
  /** Whether the rule speaks of this answer. May throw for a body that cannot be read. */
  readonly holds: (response: HttpResponse) => boolean;
}

/**
 * Refuses answers of an accepted status that a rule calls an error: E_RULE, transient where the rule
 * says retry. A body that a rule cannot read is E_PARSE.
 */
export function answerRules(
  rules: readonly AnswerRule[],
  isAccepted: (status: number) => boolean,
): Middleware {
  return (next) => async (request, call) => {
    const response = await next(request, call);
    if (!isAccepted(response.status)) return response;
    for (const rule of rules) {
      const elapsedMs = response.timing.totalMs;
      let holds: boolean;
      try {
        holds = rule.holds(response);
      } catch (cause) {
        const words = `the answer is not what ${rule.text} can be asked of: ${(cause as Error).message}`;
        throw new Failure("E_PARSE", words, { request, response, cause, elapsedMs });
      }
      if (!holds) continue;
      const transient = rule.then === "retry";
      throw new Failure("E_RULE", `the answer meets ${rule.text}`, {
        request,
        response,
        transient,
        elapsedMs,
      });
    }
    return response;
  };
}
