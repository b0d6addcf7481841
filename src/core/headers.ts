/**
 * Header fields as the wire has them: a flat list `[name, value, name, value, …]`. Keeps order and
 * repeats, and no name (`__proto__`, `constructor`) means anything to it.
 */
export type HeaderList = readonly string[];

/** Header fields of a response, lower-case names; a field sent several times is an array. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The first value of `name` (any case) in a request's list, or undefined. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]!.toLowerCase() === wanted) return headers[index + 1];
  }
  return undefined;
}

/** The list without every field whose lower-case name `drop` accepts. */
export function withoutHeaders(headers: HeaderList, drop: (name: string) => boolean): HeaderList {
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    if (!drop(headers[index]!.toLowerCase())) kept.push(headers[index]!, headers[index + 1]!);
  }
  return kept;
}

/** The value of `name` (lower case) in a response; repeats are joined by ", " (RFC 9110 §5.3). */
export function responseHeader(headers: ResponseHeaders, name: string): string | undefined {
  if (!Object.hasOwn(headers, name)) return undefined;
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : (value as string | undefined);
}
