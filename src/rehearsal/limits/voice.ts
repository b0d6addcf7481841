import type { HeaderList } from "../../core/headers.ts";
import type { Arrival } from "./verdict.ts";
import type { Standing } from "./gate.ts";

/** In which fields a server tells of its limit. */
export type Fields = "none" | "ietf" | "x" | "x-epoch";
/** How a refusal says when to come back. */
export type ComeBack = "none" | "seconds" | "date" | "rfc850" | "asctime";
/** What is wrong with the fields. */
export type Lie = "none" | "static" | "zero" | "tenfold";

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** How a server talks about its limits. */
export interface Voice {
  readonly fields: Fields;
  readonly comeBack: ComeBack;
  readonly lie: Lie;
}

/** The header fields that go with one answer. */
export function fieldsOf(voice: Voice, told: Standing, at: Arrival, refused: boolean): HeaderList {
  const list: string[] = [];
  if (voice.fields !== "none") pushLimits(list, voice, lied(told, voice.lie), at);
  if (refused && voice.comeBack !== "none") {
    list.push("retry-after", comeBackText(voice.comeBack, told.waitMs, at.wallMs));
  }
  return list;
}

function lied(told: Standing, lie: Lie): Standing {
  switch (lie) {
    case "none":
      return told;
    case "static":
      return { ...told, remaining: told.limit, resetMs: 60_000 };
    case "zero":
      return { ...told, remaining: 0 };
    case "tenfold":
      return { ...told, limit: told.limit * 10, remaining: told.remaining + told.limit * 9 };
  }
}

function pushLimits(list: string[], { fields }: Voice, told: Standing, at: Arrival): void {
  const seconds = Math.ceil(told.resetMs / 1000);
  if (fields === "ietf") {
    const window = told.windowMs > 0 ? `;w=${Math.max(1, Math.round(told.windowMs / 1000))}` : "";
    list.push("ratelimit-policy", `"default";q=${told.limit}${window}`);
    list.push("ratelimit", `"default";r=${told.remaining};t=${seconds}`);
    return;
  }
  const reset = fields === "x" ? seconds : Math.ceil((at.wallMs + told.resetMs) / 1000);
  list.push("x-ratelimit-limit", String(told.limit));
  list.push("x-ratelimit-remaining", String(told.remaining));
  list.push("x-ratelimit-reset", String(reset));
}

/** RFC 9110 §10.2.3 and the three dates of §5.6.7; never too early, so rounded up. */
function comeBackText(form: ComeBack, waitMs: number, wallMs: number): string {
  if (form === "seconds") return String(Math.max(1, Math.ceil(waitMs / 1000)));
  const at = new Date(Math.ceil((wallMs + waitMs) / 1000) * 1000);
  const fixdate = at.toUTCString();
  if (form === "date") return fixdate;
  const [, day = "", month = "", year = "", time = ""] = fixdate.split(" ");
  const weekday = WEEKDAYS[at.getUTCDay()]!;
  if (form === "rfc850") return `${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
  return `${weekday.slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}
