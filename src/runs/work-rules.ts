import { createDocument } from "../formats/document.ts";
import { compileCondition } from "../formats/selector.ts";
import type { AnswerRule } from "../middleware/answer-rules.ts";
import type { WorkSettings } from "./work-settings.ts";

/** The rules of a job, and those that --fail-if and --retry-if make. @throws UsageError for an expression that is none. */
export async function readRules(settings: WorkSettings): Promise<readonly AnswerRule[]> {
  const rules: AnswerRule[] = [...((await settings.rules?.()) ?? [])];
  const add = async (
    text: string | undefined,
    then: AnswerRule["then"],
    flag: string,
  ): Promise<void> => {
    if (text === undefined) return;
    const condition = await compileCondition(text);
    rules.push({
      text: `${flag} ${text}`,
      then,
      holds(response) {
        if (!(response.body instanceof Uint8Array)) throw new TypeError("the body went to a file");
        return condition.holds(createDocument(response.body, response.header("content-type")));
      },
    });
  };
  await add(settings.retryIf, "retry", "--retry-if");
  await add(settings.failIf, "fail", "--fail-if");
  return rules;
}
