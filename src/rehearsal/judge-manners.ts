import { formatCount } from "../formats/quantity.ts";
import type { Check, Evidence } from "./evidence.ts";

/** Every request says who asks. */
export function judgeManners({ seen, declared }: Evidence): Check {
  const name = "no request without User-Agent";
  const silent = seen.filter(({ headers }) => (headers["user-agent"] ?? "") === "").length;
  const evidence = `${formatCount(silent)} of ${formatCount(seen.length)} without one`;
  if (declared.userAgent === "left out") {
    return { name, result: "not judged", evidence: `${evidence}, as was asked for` };
  }
  return { name, result: silent === 0 ? "passed" : "failed", evidence };
}
