import { extname } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { parseJson } from "../formats/json.ts";
import { parseCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { parseFaults } from "../rehearsal/faults.ts";
import { type Latency, parseLatency } from "../rehearsal/latency.ts";
import { limitModelOf } from "../rehearsal/limit-model.ts";
import { type AnswerMaker, answersLike, givenAnswers } from "../rehearsal/made-up-answer.ts";
import { quantity, whole } from "./settings-limits.ts";
import type { ReadText, Values } from "./settings.ts";

/** What a rehearsal's server is asked to play. */
export interface RehearsalSettings {
  readonly model: string | undefined;
  readonly faults: string | undefined;
  readonly latency: Latency | undefined;
  /** What any path is answered; undefined where nothing was said. */
  readonly answer: AnswerMaker | undefined;
  readonly seed: number;
  readonly port: number;
}

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  [".html", "text/html; charset=utf-8"],
  [".htm", "text/html; charset=utf-8"],
  [".xml", "application/xml"],
]);

/** @throws UsageError, one sentence, for the first value that cannot hold. */
export async function readRehearsal(
  values: Values,
  readText: ReadText,
): Promise<RehearsalSettings> {
  const seed = whole(values, "seed", 0) ?? 1;
  quantity(values, "model", limitModelOf);
  quantity(values, "faults", (text) => parseFaults(text, seed));
  const answers = values.last("answers");
  return {
    model: values.last("model"),
    faults: values.last("faults"),
    latency: quantity(values, "latency", parseLatency),
    answer: answers === undefined ? undefined : await readAnswers(answers, readText),
    seed,
    port: quantity(values, "port", parsePort) ?? 0,
  };
}

function parsePort(text: string): number {
  const port = parseCount(text, 0);
  if (port <= 65_535) return port;
  throw new UsageError(`${text} is no port; there are 65,535`);
}

/** JSON that was typed is a template; a file is told by its extension. */
async function readAnswers(given: string, readText: ReadText): Promise<AnswerMaker> {
  if (/^\s*[{[]/.test(given)) {
    check(given, "--answers");
    return answersLike(given);
  }
  const text = Buffer.from(await readText(given)).toString("utf8");
  const name = `--answers ${visible(given)}`;
  const extension = extname(given).toLowerCase();
  if (extension === ".jsonl") {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
    if (lines.length === 0) throw new UsageError(`${name} has no line`);
    for (const [index, line] of lines.entries()) check(line, `${name}, answer ${index + 1}`);
    return givenAnswers(lines);
  }
  if (extension === ".json") {
    check(text, name);
    return answersLike(text);
  }
  return givenAnswers([text], CONTENT_TYPES.get(extension) ?? "text/plain; charset=utf-8");
}

function check(text: string, name: string): void {
  try {
    parseJson(text);
  } catch (error) {
    throw new UsageError(`${name} is not JSON: ${visible((error as Error).message)}`, {
      cause: error,
    });
  }
}
