import { encodeUnreserved } from "./percent-encoding.ts";

/** Query keys whose values are secrets by custom. */
const SECRET =
  /(?:^|[_.-])(?:api[_-]?)?key$|token|secret|password|passwd|signature|^sig$|^auth|credential/i;

/** Whether a parameter of a query of this name holds a secret by custom. */
export function isSecretParameter(name: string): boolean {
  return SECRET.test(name);
}

/** Values that are secrets wherever they stand. */
const hidden = new Set<string>();

/** From now on these values are secrets in whatever part of a URL; ones too short to be told from chance are not. */
export function hideInUrls(values: Iterable<string>): void {
  for (const value of values) {
    if (value.length < SHORTEST_SECRET) continue;
    hidden.add(value);
    hidden.add(encodeUnreserved(value));
  }
}

const SHORTEST_SECRET = 6;

/** The URL for a log: values of query keys that look like secrets, and hidden ones, are `REDACTED`, all else stays. */
export function redactUrl(given: string): string {
  let url = given;
  for (const value of hidden) url = url.replaceAll(value, "REDACTED");
  const start = url.indexOf("?");
  if (start === -1) return url;
  const pairs = url.slice(start + 1).split("&");
  const shown = pairs.map((pair) => {
    const equals = pair.indexOf("=");
    if (equals === -1) return pair;
    return SECRET.test(pair.slice(0, equals)) ? `${pair.slice(0, equals)}=REDACTED` : pair;
  });
  return `${url.slice(0, start)}?${shown.join("&")}`;
}
