import { formatCount } from "../formats/quantity.ts";
import { type Check, type Evidence, isAnswered } from "./evidence.ts";
import type { SeenRequest } from "./seen-request.ts";

/** Every input has an outcome, and no more of them are answered than the server gave answers. */
export function judgeAccount(evidenced: Evidence): Check {
  const { client, seen, declared, ending, rowsAtOnce = 1 } = evidenced;
  const name = "every input is in the account";
  const { inputs, answered, failed, skipped, duplicates } = client;
  const settled = answered + failed + skipped;
  const given = seen.filter((one) => isAnswered(one, declared)).length;
  const total = inputs ?? settled;
  const sum = `${formatCount(total)} ${total === 1 ? "input" : "inputs"} = ${formatCount(answered)} answered + ${formatCount(failed)} failed + ${formatCount(skipped)} skipped`;
  const evidence = `${sum}; answers of the server: ${formatCount(given)}`;
  if (answered - duplicates > given * rowsAtOnce) return { name, result: "failed", evidence };
  if (ending === "stopped") return { name, result: "not judged", evidence: `${evidence}; stopped` };
  return { name, result: total === settled ? "passed" : "failed", evidence };
}

/** Methods that may be asked again when an answer did not arrive whole (RFC 9110 §9.2.2). */
const REPEATABLE = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"]);

/** What the server spoils fails alone: nothing else does. */
export function judgeFailures({ client, seen, declared, rowsAtOnce = 1 }: Evidence): Check {
  const poisoned = new Set(seen.filter((one) => one.poisoned).map(({ question }) => question));
  const spoiled = spoiledQuestions(seen, declared.retries);
  const counts = { poisoned: 0, spoiled: 0, others: 0 };
  for (const [question, times] of client.failures) {
    if (poisoned.has(question)) counts.poisoned += times;
    else if (spoiled.has(question)) counts.spoiled += times;
    else counts.others += times;
  }
  const words = [
    `${formatCount(client.answered)} answered`,
    `${formatCount(counts.others)} failed that should not`,
  ];
  if (poisoned.size > 0) words.push(`${formatCount(counts.poisoned)} poisoned`);
  if (counts.spoiled > 0) {
    words.push(`${formatCount(counts.spoiled)} met faults each time, or cannot be asked twice`);
  }
  return {
    name:
      poisoned.size > 0
        ? "poisoned rows sink no neighbour"
        : "what the server would answer is answered",
    // Whose request a fault hit, rows that share one do not tell.
    result: counts.others === 0 ? "passed" : rowsAtOnce > 1 ? "not judged" : "failed",
    evidence: words.join(", "),
  };
}

/** Questions that met a fault as often as they may be asked: once, where asking twice could do harm. */
function spoiledQuestions(seen: readonly SeenRequest[], retries: number): ReadonlySet<string> {
  const faults = new Map<string, number>();
  const spoiled = new Set<string>();
  for (const { flawed, question, method } of seen) {
    if (!flawed) continue;
    const times = (faults.get(question) ?? 0) + 1;
    faults.set(question, times);
    if (times > retries || !REPEATABLE.has(method)) spoiled.add(question);
  }
  return spoiled;
}

/** Each answer is one that an outcome needed: what was answered is not asked for again. */
export function judgeRepeats({ client, seen, declared }: Evidence): Check {
  const name = "nothing is asked again once answered";
  if (declared.answersAskedAgain === "by a rule") {
    return { name, result: "not judged", evidence: "--retry-if asks for answers again" };
  }
  const given = new Map<string, number>();
  for (const one of seen) {
    if (!isAnswered(one, declared)) continue;
    given.set(one.question, (given.get(one.question) ?? 0) + 1);
  }
  let again = 0;
  for (const [question, times] of given) {
    again += Math.max(0, times - (client.outcomes.get(question) ?? 0));
  }
  return {
    name,
    result: again === 0 ? "passed" : "failed",
    evidence: `${formatCount(given.size)} answered in ${formatCount(seen.length)} requests, ${formatCount(again)} once more`,
  };
}
