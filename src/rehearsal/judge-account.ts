import { formatCount } from "../formats/quantity.ts";
import { type Check, type Evidence, isAnswered, placeOf } from "./evidence.ts";

/** Every input has an outcome, and no more of them are answered than the server gave answers. */
export function judgeAccount({ client, seen, declared, ending }: Evidence): Check {
  const name = "every input is in the account";
  const { inputs, answered, failed, skipped, duplicates } = client;
  const settled = answered + failed + skipped;
  const given = seen.filter((one) => isAnswered(one, declared)).length;
  const sum = `${formatCount(inputs ?? settled)} inputs = ${formatCount(answered)} answered + ${formatCount(failed)} failed + ${formatCount(skipped)} skipped`;
  const evidence = `${sum}; the server gave ${formatCount(given)} answers`;
  if (answered - duplicates > given) return { name, result: "failed", evidence };
  if (ending === "stopped") return { name, result: "not judged", evidence: `${evidence}; stopped` };
  return { name, result: (inputs ?? settled) === settled ? "passed" : "failed", evidence };
}

/** What the server never answers well fails alone: nothing else does. */
export function judgeFailures({ client, seen }: Evidence): Check {
  const poisoned = new Set(seen.filter((one) => one.poisoned).map(placeOf));
  let sunk = 0;
  for (const [place, times] of client.failedAt) if (!poisoned.has(place)) sunk += times;
  const result = sunk === 0 ? "passed" : "failed";
  if (poisoned.size === 0) {
    const evidence = `${formatCount(sunk)} failed, ${formatCount(client.answered)} answered`;
    return { name: "what the server would answer is answered", result, evidence };
  }
  return {
    name: "poisoned rows sink no neighbour",
    result,
    evidence: `${formatCount(poisoned.size)} poisoned, ${formatCount(sunk)} others failed, ${formatCount(client.answered)} answered`,
  };
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
    given.set(placeOf(one), (given.get(placeOf(one)) ?? 0) + 1);
  }
  let again = 0;
  for (const [place, times] of given) {
    again += Math.max(0, times - (client.outcomesAt.get(place) ?? 0));
  }
  const evidence = `${formatCount(seen.length)} requests, ${formatCount(given.size)} questions answered, ${formatCount(again)} of them once more`;
  return { name, result: again === 0 ? "passed" : "failed", evidence };
}
