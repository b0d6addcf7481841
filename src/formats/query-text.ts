import { encodeUnreserved } from "./percent-encoding.ts";

/** The first value of a query parameter, decoded as forms are (`+` is a space); undefined without one. */
export function queryValue(url: string, name: string): string | undefined {
  for (const pair of pairsOf(url)) {
    if (decoded(nameOf(pair)) === name) return decoded(pair.slice(nameOf(pair).length + 1));
  }
  return undefined;
}

/** The first value of each query parameter, decoded. */
export function queryValues(url: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const pair of pairsOf(url)) {
    const name = nameOf(pair);
    const known = decoded(name);
    if (!values.has(known)) values.set(known, decoded(pair.slice(name.length + 1)));
  }
  return values;
}

/**
 * The URL with one query parameter set, where it stands or at the end; all else stays as it is
 * written, since servers tell `%20` from `+` and sign what they are sent.
 */
export function withQuery(url: string, name: string, value: string): string {
  const pairs: string[] = [];
  const written = `${encodeUnreserved(name)}=${encodeUnreserved(value)}`;
  let isSet = false;
  for (const pair of pairsOf(url)) {
    if (decoded(nameOf(pair)) !== name) pairs.push(pair);
    else if (!isSet) {
      // The name stays as it is spelled: `page[number]` for servers that decode no brackets.
      pairs.push(`${nameOf(pair)}=${encodeUnreserved(value)}`);
      isSet = true;
    }
  }
  if (!isSet) pairs.push(written);
  const start = url.indexOf("?");
  return `${start === -1 ? url : url.slice(0, start)}?${pairs.join("&")}`;
}

/** The URL without a query parameter; all else stays as it is written. */
export function withoutQuery(url: string, name: string): string {
  const pairs = pairsOf(url);
  const kept = pairs.filter((pair) => decoded(nameOf(pair)) !== name);
  if (kept.length === pairs.length) return url;
  const place = url.slice(0, url.indexOf("?"));
  return kept.length === 0 ? place : `${place}?${kept.join("&")}`;
}

function pairsOf(url: string): readonly string[] {
  const start = url.indexOf("?");
  return start === -1
    ? []
    : url
        .slice(start + 1)
        .split("&")
        .filter((pair) => pair !== "");
}

function nameOf(pair: string): string {
  const equals = pair.indexOf("=");
  return equals === -1 ? pair : pair.slice(0, equals);
}

function decoded(text: string): string {
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
