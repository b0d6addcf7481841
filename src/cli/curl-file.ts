import { UsageError } from "../core/usage-error.ts";
import { CURL_OPTIONS, curlArguments } from "./curl-options.ts";
import { isConnectionHeader } from "../protocol/header-rules.ts";
import { shellWords, ShellWordsError } from "./shell-words.ts";

/** A request as curl would send it. */
export interface CurlRequest {
  readonly url: string | undefined;
  readonly method: string;
  /** In the order given, as `[name, value, …]`. */
  readonly headers: readonly string[];
  /** Lower-case names that the command removes. */
  readonly removedHeaders: readonly string[];
  readonly body: string | undefined;
  /** Sentences on what was left out and what to use instead. */
  readonly hints: readonly string[];
}

/** Fields of the browser's own connection, cache and HTTP/2 framing, which a copy repeats to no use. */
const LEFT_OUT = new Set(["accept-encoding", "authority", "if-none-match", "if-modified-since"]);

/**
 * Reads a request that a browser copied "as cURL (bash)": lexed, never run.
 * @throws UsageError, beginning with `source`, for what is not one plain curl command, or an option
 * that is not known here.
 */
export function parseCurlCommand(text: string, source: string): CurlRequest {
  if (/(?:^|\s)\^"|\^\r?\n/.test(text)) {
    throw new UsageError(`${source}: this is “cURL (cmd)”; copy the request as “cURL (bash)”`);
  }
  let words: readonly string[];
  try {
    words = shellWords(text);
  } catch (error) {
    if (error instanceof ShellWordsError) throw new UsageError(`${source}: ${error.message}`);
    throw error;
  }
  const program = words[0];
  if (program === undefined || !/(?:^|[\\/])curl(?:\.exe)?$/.test(program)) {
    throw new UsageError(`${source}: does not begin with curl; copy the request as “cURL (bash)”`);
  }
  const state: CurlState = {
    source,
    urls: [],
    method: undefined,
    headers: [],
    removedHeaders: [],
    data: [],
    dataFor: "body",
    dataType: undefined,
    defaultMethod: "GET",
    hints: [],
  };
  for (const argument of curlArguments(words.slice(1), source)) {
    if (argument.option === undefined) state.urls.push(argument.value);
    else CURL_OPTIONS.get(argument.option)!.apply(state, argument.value);
  }
  return finish(state);
}

/** What the options have said so far. */
export interface CurlState {
  readonly source: string;
  readonly urls: string[];
  method: string | undefined;
  readonly headers: string[];
  readonly removedHeaders: string[];
  readonly data: string[];
  dataFor: "body" | "query";
  dataType: "application/x-www-form-urlencoded" | "application/json" | undefined;
  defaultMethod: "GET" | "POST" | "HEAD";
  readonly hints: string[];
}

function finish(state: CurlState): CurlRequest {
  if (state.urls.length > 1) {
    throw new UsageError(`${state.source}: holds ${state.urls.length} URLs; one request is wanted`);
  }
  let url = state.urls[0];
  if (url !== undefined && !/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) url = `http://${url}`;
  const data =
    state.data.length === 0
      ? undefined
      : state.data.join(state.dataType === "application/json" ? "" : "&");
  let body: string | undefined;
  if (data !== undefined && state.dataFor === "query" && url !== undefined) {
    url += `${url.includes("?") ? "&" : "?"}${data}`;
  } else body = data;

  const headers: string[] = [];
  for (let index = 0; index < state.headers.length; index += 2) {
    const name = state.headers[index]!;
    const lower = name.toLowerCase();
    if (lower === "if-none-match" || lower === "if-modified-since") {
      state.hints.push(`${name} was left out: the browser has the answer cached, we do not`);
    }
    const dropped = LEFT_OUT.has(lower) || lower.startsWith(":") || isConnectionHeader(lower);
    if (!dropped) headers.push(name, state.headers[index + 1]!);
  }
  const names = headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  if (body !== undefined && state.dataType !== undefined) {
    const mayAdd = (name: string): boolean =>
      !names.includes(name) && !state.removedHeaders.includes(name);
    if (mayAdd("content-type")) headers.push("content-type", state.dataType);
    if (state.dataType === "application/json" && mayAdd("accept"))
      headers.push("accept", state.dataType);
  }
  const implied = body === undefined ? (state.defaultMethod === "HEAD" ? "HEAD" : "GET") : "POST";
  return {
    url,
    method: state.method ?? implied,
    headers,
    removedHeaders: state.removedHeaders,
    body,
    hints: state.hints,
  };
}
