import { JsonError, parseJson } from "../formats/json.ts";
import { isSecretParameter } from "../formats/redact-url.ts";
import { compileTextTemplate } from "../formats/text-template.ts";
import { isConnectionHeader, isSecretHeader } from "../protocol/header-rules.ts";
import { isMapping } from "./job-settings.ts";

/** One request, as somebody has it: a URL, or a request that a browser copied. */
export interface SampleRequest {
  readonly url: string;
  readonly method: string;
  /** In the order given, as `[name, value, …]`. */
  readonly headers: readonly string[];
  readonly body: string | undefined;
}

/** A request as fields of a job. Secrets have become names of environment variables. */
export interface DraftRequest {
  readonly name: string;
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: Readonly<Record<string, string>> | undefined;
  readonly step: Readonly<Record<string, unknown>>;
  /** Names of the environment variables that it needs. */
  readonly secrets: readonly string[];
}

/**
 * Takes a request apart: `base`, the path, `params`, headers, `auth` and the body.
 * @throws TypeError for what is no http or https URL.
 */
export function draftRequest({ url: text, method, headers, body }: SampleRequest): DraftRequest {
  // Beware: to the URL parser the braces of a template are signs to encode.
  const variables = [...text.matchAll(/\{[^{}]*\}/g)].map(([place]) => place);
  const marked = text.replaceAll(/\{[^{}]*\}/g, () => MARK);
  const url = URL.parse(marked);
  if (url === null || !/^https?:$/.test(url.protocol) || url.host.includes(MARK)) {
    throw new TypeError(`"${text}" is no http or https URL`);
  }
  const restore = (part: string): string => part.replaceAll(MARK, () => variables.shift() ?? "");
  const secrets: string[] = [];
  const secret = (name: string): string => {
    const variable =
      name
        .replaceAll(/\W+/g, "_")
        .replace(/^_+|_+$/g, "")
        .toUpperCase() || "SECRET";
    if (!secrets.includes(variable)) secrets.push(variable);
    return `\${${variable}}`;
  };
  const slash = url.pathname.lastIndexOf("/", url.pathname.length - 2);
  const isSplit =
    slash > 0 && url.pathname[slash - 1] !== "/" && !url.pathname.slice(0, slash).includes(MARK);
  const cut = isSplit ? slash : 0;
  const base = `${url.origin}${restore(url.pathname.slice(0, cut))}`;
  const path = restore(url.pathname.slice(cut));
  const params = draftParameters(url.searchParams, restore, secret);
  const fields = draftHeaders(headers, secret);
  const auth = fields.auth ?? userAuth(url, secret);
  const step = {
    url: path,
    ...(Object.keys(params).length > 0 ? { params } : {}),
    ...(method === (body === undefined ? "GET" : "POST") ? {} : { method }),
    ...(body === undefined ? {} : draftBody(body, fields.type)),
  };
  return { name: nameOf(url), base, headers: fields.headers, auth, step, secrets };
}

/** Stands for a template's place while the URL is parsed: letters that nothing encodes. */
const MARK = "fanfetchxplacex";

function nameOf({ pathname, hostname }: URL): string {
  const last = pathname
    .split("/")
    .findLast((part) => /^[A-Za-z_][\w-]*$/.test(part) && !part.includes(MARK));
  return last ?? hostname.replaceAll(/[^\w-]+/g, "-").replace(/^[^A-Za-z]+/, "job-");
}

type Restore = (part: string) => string;
type Secret = (name: string) => string;

function draftParameters(
  query: URLSearchParams,
  restore: Restore,
  secret: Secret,
): Readonly<Record<string, string | readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const [name, value] of query) {
    // A place restored is one less to restore: each is taken from the text in its turn.
    const key = restore(name);
    const written = value.includes(MARK) ? restore(value) : escapeBraces(value);
    const isPlain = value !== "" && !value.includes(MARK);
    const shown = isPlain && isSecretParameter(key) ? secret(key) : written;
    found.set(key, [...(found.get(key) ?? []), shown]);
  }
  const entries = [...found].map(
    ([name, values]) => [name, values.length === 1 ? values[0]! : values] as const,
  );
  return Object.fromEntries(entries);
}

/** A text whose braces stand for themselves. */
function escapeBraces(text: string): string {
  const template = compileTextTemplateOrNone(text);
  return template ? text.replaceAll("{", "{{").replaceAll("}", "}}") : text;
}

/** Whether a text would be read as a template. */
function compileTextTemplateOrNone(text: string): boolean {
  if (text.includes("{{")) return true;
  try {
    return compileTextTemplate(text).variables.length > 0;
  } catch {
    return true;
  }
}

function draftHeaders(
  list: readonly string[],
  secret: Secret,
): {
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: DraftRequest["auth"];
  readonly type: string;
} {
  const headers = new Map<string, string>();
  let auth: DraftRequest["auth"];
  let type = "";
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index]!.toLowerCase();
    const value = list[index + 1]!;
    if (isConnectionHeader(name) || name === "host" || value === "") continue;
    if (name === "content-type") type = value;
    const credentials = /^(Bearer|Basic) +(\S+)$/i.exec(value);
    if (name === "authorization" && credentials !== null) {
      const [, scheme, text] = credentials;
      auth =
        scheme!.toLowerCase() === "bearer"
          ? { kind: "bearer", token: secret("API_TOKEN") }
          : basicAuth(Buffer.from(text!, "base64").toString("utf8"), secret);
    } else headers.set(name, isSecretHeader(name) ? secret(name) : escapeBraces(value));
  }
  return { headers: Object.fromEntries(headers), auth, type };
}

function basicAuth(credentials: string, secret: Secret): DraftRequest["auth"] {
  const user = credentials.split(":")[0]!;
  return {
    kind: "basic",
    user: user === "" ? secret("API_USER") : user,
    password: secret("API_PASSWORD"),
  };
}

function userAuth({ username, password }: URL, secret: Secret): DraftRequest["auth"] {
  return username === "" && password === ""
    ? undefined
    : basicAuth(`${decodeURIComponent(username)}:`, secret);
}

function draftBody(body: string, type: string): Readonly<Record<string, unknown>> {
  if (/\bjson\b/i.test(type)) {
    try {
      return { json: escapeJson(parseJson(body)) };
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
    }
  }
  if (/^application\/x-www-form-urlencoded/i.test(type) && /^[^=&]+=/.test(body)) {
    const form = new Map<string, string[]>();
    for (const [name, value] of new URLSearchParams(body)) {
      form.set(name, [...(form.get(name) ?? []), escapeBraces(value)]);
    }
    const fields = [...form].map(
      ([name, values]) => [name, values.length === 1 ? values[0]! : values] as const,
    );
    return { form: Object.fromEntries(fields) };
  }
  return { body: escapeBraces(body) };
}

function escapeJson(value: unknown): unknown {
  if (typeof value === "string") return escapeBraces(value);
  if (Array.isArray(value)) return value.map(escapeJson);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeJson(item)]));
}
