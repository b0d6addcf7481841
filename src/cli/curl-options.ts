import { UsageError } from "../core/usage-error.ts";
import type { CurlState } from "./curl-file.ts";

/** One option of curl that a copied request may have. */
interface CurlOption {
  readonly letter?: string;
  readonly takes: "value" | "nothing";
  readonly apply: (state: CurlState, value: string) => void;
}

function header(state: CurlState, text: string): void {
  noFile(state, "-H", text);
  const colon = text.indexOf(":", text.startsWith(":") ? 1 : 0);
  if (colon > 0) {
    const name = text.slice(0, colon).trim();
    const value = text.slice(colon + 1).trim();
    if (value === "") state.removedHeaders.push(name.toLowerCase());
    else state.headers.push(name, value);
  } else if (text.endsWith(";")) state.headers.push(text.slice(0, -1).trim(), "");
  else throw new UsageError(`${state.source}: -H ${JSON.stringify(text)} has no colon`);
}

/** A command from elsewhere must not make us read (and send) files of this machine. */
function noFile(state: CurlState, option: string, text: string): void {
  if (!text.startsWith("@")) return;
  throw new UsageError(
    `${state.source}: ${option} ${text} would read a file; give it to fanfetch itself`,
  );
}

function data(state: CurlState, text: string): void {
  state.data.push(text);
  state.dataType ??= "application/x-www-form-urlencoded";
}

function encoded(state: CurlState, text: string): void {
  const equals = text.indexOf("=");
  if (equals === -1 && text.includes("@"))
    noFile(state, "--data-urlencode", text.slice(text.indexOf("@")));
  const name = equals > 0 ? `${text.slice(0, equals)}=` : "";
  const value = text.slice(equals + 1);
  data(state, name + encodeURIComponent(value.toWellFormed()).replaceAll("%20", "+"));
}

const nothing = (): void => {};
const value = "value";

/** Every option that is understood, by long name; those that do nothing change no request. */
export const CURL_OPTIONS: ReadonlyMap<string, CurlOption> = new Map<string, CurlOption>([
  ["request", { letter: "X", takes: value, apply: (state, text) => void (state.method = text) }],
  ["header", { letter: "H", takes: value, apply: header }],
  ["url", { takes: value, apply: (state, text) => void state.urls.push(text) }],
  ["data", { letter: "d", takes: value, apply: fileless("-d") }],
  ["data-ascii", { takes: value, apply: fileless("--data-ascii") }],
  ["data-binary", { takes: value, apply: fileless("--data-binary") }],
  ["data-raw", { takes: value, apply: data }],
  ["data-urlencode", { takes: value, apply: encoded }],
  [
    "json",
    {
      takes: value,
      apply: (state, text) => {
        noFile(state, "--json", text);
        state.data.push(text);
        state.dataType = "application/json";
      },
    },
  ],
  [
    "cookie",
    {
      letter: "b",
      takes: value,
      apply: (state, text) => {
        if (!text.includes("=")) noFile(state, "-b", `@${text}`);
        state.headers.push("cookie", text);
      },
    },
  ],
  [
    "user",
    {
      letter: "u",
      takes: value,
      apply: (state, text) =>
        void state.headers.push(
          "authorization",
          `Basic ${Buffer.from(text, "utf8").toString("base64")}`,
        ),
    },
  ],
  [
    "user-agent",
    {
      letter: "A",
      takes: value,
      apply: (state, text) => void state.headers.push("user-agent", text),
    },
  ],
  [
    "referer",
    { letter: "e", takes: value, apply: (state, text) => void state.headers.push("referer", text) },
  ],
  ["get", { letter: "G", takes: "nothing", apply: (state) => void (state.dataFor = "query") }],
  [
    "head",
    { letter: "I", takes: "nothing", apply: (state) => void (state.defaultMethod = "HEAD") },
  ],
  [
    "insecure",
    {
      letter: "k",
      takes: "nothing",
      apply: (state) =>
        void state.hints.push(
          "the copied -k is not obeyed; --insecure HOST trusts one host's certificate",
        ),
    },
  ],
  ["compressed", { takes: "nothing", apply: nothing }],
  ["location", { letter: "L", takes: "nothing", apply: nothing }],
  ["silent", { letter: "s", takes: "nothing", apply: nothing }],
  ["show-error", { letter: "S", takes: "nothing", apply: nothing }],
  ["include", { letter: "i", takes: "nothing", apply: nothing }],
  ["verbose", { letter: "v", takes: "nothing", apply: nothing }],
  ["globoff", { letter: "g", takes: "nothing", apply: nothing }],
]);

function fileless(option: string): CurlOption["apply"] {
  return (state, text) => {
    noFile(state, option, text);
    data(state, text);
  };
}

const BY_LETTER = new Map([...CURL_OPTIONS].map(([name, option]) => [option.letter, name]));

/** One word of the command: an option (long name) with its value, or a URL. */
export interface CurlArgument {
  readonly option: string | undefined;
  readonly value: string;
}

/**
 * Splits curl's words as curl does: `-XPOST`, `-sSL`, `--request=` is not curl's, `--` is.
 * @throws UsageError naming an option that is not known, or one without its value.
 */
export function curlArguments(words: readonly string[], source: string): readonly CurlArgument[] {
  const found: CurlArgument[] = [];
  const take = (index: number, shown: string): string => {
    const next = words[index];
    if (next === undefined) throw new UsageError(`${source}: ${shown} has no value`);
    return next;
  };
  const unknown = (shown: string): UsageError =>
    new UsageError(
      `${source}: curl's option ${JSON.stringify(shown)} is not known here; leave it out`,
    );
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    if (!word.startsWith("-") || word === "-") found.push({ option: undefined, value: word });
    else if (word.startsWith("--")) {
      const option = CURL_OPTIONS.get(word.slice(2));
      if (option === undefined) throw unknown(word);
      const text = option.takes === "value" ? take(++index, word) : "";
      found.push({ option: word.slice(2), value: text });
    } else {
      for (let at = 1; at < word.length; at += 1) {
        const name = BY_LETTER.get(word[at]);
        if (name === undefined) throw unknown(`-${word[at]!}`);
        if (CURL_OPTIONS.get(name)!.takes === "nothing") {
          found.push({ option: name, value: "" });
          continue;
        }
        const attached = word.slice(at + 1);
        found.push({
          option: name,
          value: attached === "" ? take(++index, `-${word[at]!}`) : attached,
        });
        break;
      }
    }
  }
  return found;
}
