/** Query keys whose values are secrets by custom. */
const SECRET =
  /(?:^|[_.-])(?:api[_-]?)?key$|token|secret|password|passwd|signature|^sig$|^auth|credential/i;

/** Whether a parameter of a query of this name holds a secret by custom. */
export function isSecretParameter(name: string): boolean {
  return SECRET.test(name);
}

/** The URL for a log: values of query keys that look like secrets are `REDACTED`, all else stays. */
export function redactUrl(url: string): string {
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
