import { formatCount } from "../formats/quantity.ts";
import { byHost, type Check, type Evidence } from "./evidence.ts";

/** Share of the requests that may be refused … */
const SHARE = 0.02;
/** … or so many of a short run's. */
const FEW = 8;
/** What is refused for so long after a host's first refusal is how its limit is found. */
const LEARNING_MS = 1000;
/** More than that are not needed to find it. */
const MOST_LEARNING = 90;

/** Few requests are refused once a host's limit has been met; those of rehearsed bursts aside. */
export function judgeRefusals({ seen, model }: Evidence): Check {
  // What a model refuses for no reason is nobody's fault.
  const noise = /\bnoise=([\d.]+)(%?)/.exec(model ?? "");
  const share = SHARE + Number(noise?.[1] ?? 0) / (noise?.[2] === "%" ? 100 : 1);
  let refused = 0;
  let learning = 0;
  let staged = 0;
  for (const requests of byHost(seen).values()) {
    const first = requests.find((one) => one.isRefused && !one.staged);
    const learnedMs = (first?.endedMs ?? 0) + LEARNING_MS;
    let found = 0;
    for (const one of requests) {
      if (!one.isRefused) continue;
      if (one.staged) staged += 1;
      else if (one.atMs < learnedMs && found < MOST_LEARNING) found += 1;
      else refused += 1;
    }
    learning += found;
  }
  const percent = ((100 * refused) / Math.max(1, seen.length)).toFixed(1);
  const words = [
    `${formatCount(refused)} of ${formatCount(seen.length)} requests refused (${percent} %)`,
  ];
  if (learning > 0) words.push(`${formatCount(learning)} more in the second that found the limit`);
  if (staged > 0) words.push(`${formatCount(staged)} more in rehearsed bursts`);
  return {
    name: `refused: at most ${Number((share * 100).toFixed(2))} %, or ${FEW}`,
    result: refused <= Math.max(FEW, share * seen.length) ? "passed" : "failed",
    evidence: words.join(", "),
  };
}
