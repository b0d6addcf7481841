import { encodeUnreserved } from "../formats/percent-encoding.ts";
import { valueText } from "../formats/value-text.ts";
import { isMapping } from "./job-settings.ts";
import type { JobParams } from "./job-step.ts";
import { askedOfRow } from "./user-function.ts";

/** The parameters of a row, as a function of a program gives them. @throws HookError */
export type ParamsOfRow = (row: Readonly<Record<string, unknown>>) => JobParams;

/** A function of the user's that gives parameters: checked each time, since nobody knows what it will give. */
export function paramsOfRow(ask: ParamsOfRow): ParamsOfRow {
  return askedOfRow("the function params", (row) => {
    const given: unknown = ask(row);
    if (given instanceof Promise || isMapping(given)) return given as JobParams;
    throw new TypeError("it has to give a mapping of names to values");
  });
}

/** A URL with further parameters in its query: a list is repeated, null is left out. */
export function withQuery(url: string, params: JobParams): string {
  const pairs = Object.entries(params).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as readonly unknown[]) : [value])
      .filter((one) => one !== null && one !== undefined)
      .map((one) => `${encodeUnreserved(name)}=${encodeUnreserved(valueText(one))}`),
  );
  if (pairs.length === 0) return url;
  const hash = url.indexOf("#");
  const before = hash === -1 ? url : url.slice(0, hash);
  const sign = !before.includes("?") ? "?" : /[?&]$/.test(before) ? "" : "&";
  return `${before}${sign}${pairs.join("&")}${hash === -1 ? "" : url.slice(hash)}`;
}
