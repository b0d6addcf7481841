import { stringifyJson } from "./json.ts";

/** A row's value as text: nothing for null and undefined, JSON for lists and objects. */
export function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return String(value);
  }
  return value === null || value === undefined ? "" : stringifyJson(value);
}
