import { writeFile } from "node:fs/promises";

import { DiskError, isRefusal } from "../../core/disk-error.ts";
import { UsageError } from "../../core/usage-error.ts";
import { JsonError, parseJson } from "../../formats/json.ts";
import { visible } from "../../formats/visible.ts";
import { draftJob } from "../../jobs/draft-job.ts";
import type { SampleRequest } from "../../jobs/draft-request.ts";
import type { CommandLine } from "../command-line.ts";
import { parseCurlCommand } from "../curl-file.ts";
import { readText, reasonOf, textOf } from "../read-text.ts";
import type { Terminal } from "../terminal.ts";

/**
 * `fanfetch init`: a commented job from a URL, from a request copied as cURL, and from an answer where
 * one is given. Sends nothing. Secrets are left out of the file; what to set instead is told.
 */
export async function init(line: CommandLine, terminal: Terminal): Promise<number> {
  const last = (name: string): string | undefined => line.values.get(name)?.at(-1);
  const say = (text: string): void => {
    void terminal.stderr.write(`${text}\n`);
  };
  if (last("curl") === "-" && last("answer") === "-") {
    throw new UsageError("--curl and --answer cannot both come from stdin");
  }
  const { hints, ...request } = await readRequest(line.positionals, last("curl"));
  for (const hint of hints) say(visible(hint));
  const { text, secrets } = draft(request, await readAnswer(last("answer")));
  const output = last("output") ?? "-";
  if (output === "-") await terminal.stdout.write(text);
  else await writeJob(output, text, line.values.has("force") ? "overwrite" : "refuse");
  for (const name of secrets)
    say(`set the environment variable ${name} before it runs: export ${name}=…`);
  if (output !== "-") say(`fanfetch run ${visible(output)} runs it`);
  return 0;
}

interface ReadRequest extends SampleRequest {
  readonly hints: readonly string[];
}

async function readRequest(
  words: readonly string[],
  file: string | undefined,
): Promise<ReadRequest> {
  const [word, ...more] = words;
  if (more.length > 0) {
    throw new UsageError(`init takes one URL or one 'curl …' in quotes, not ${words.length} words`);
  }
  if (word === undefined && file === undefined) {
    throw new UsageError("init needs a URL, 'curl …' in quotes, or --curl FILE");
  }
  if (word !== undefined && /^curl\s/.test(word)) {
    if (file !== undefined) throw new UsageError("give one cURL command, not two");
    return requestOf(word, "the cURL command", undefined);
  }
  if (file === undefined) {
    return { url: word!, method: "GET", headers: [], body: undefined, hints: [] };
  }
  const source = `--curl ${visible(file)}`;
  return requestOf(await textOf(await readText(file), source), source, word);
}

/** A request copied as cURL; a URL given beside it stands in place of its own. */
function requestOf(text: string, source: string, given: string | undefined): ReadRequest {
  const { url = given, method, headers, body, hints } = parseCurlCommand(text, source);
  if (url === undefined) throw new UsageError(`${source}: names no URL`);
  return { url: given ?? url, method, headers, body, hints };
}

async function readAnswer(
  file: string | undefined,
): Promise<{ readonly json: unknown } | undefined> {
  if (file === undefined) return undefined;
  const bytes = await readText(file);
  try {
    return { json: parseJson(bytes) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const place = `${visible(file)}:${error.line}:${error.column}`;
    throw new UsageError(`--answer ${place}: ${error.what}; an answer is JSON`, { cause: error });
  }
}

function draft(
  request: SampleRequest,
  answer: { readonly json: unknown } | undefined,
): ReturnType<typeof draftJob> {
  try {
    return draftJob(request, answer);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const hint = /^[\w.-]+\.[a-z]+(?:[:/?]|$)/i.test(request.url)
      ? "; write https:// before it"
      : "";
    throw new UsageError(`${visible(error.message)}${hint}`, { cause: error });
  }
}

async function writeJob(path: string, text: string, exists: "refuse" | "overwrite"): Promise<void> {
  if (!/\.ya?ml$/i.test(path)) {
    throw new UsageError(`-o ${visible(path)}: a job is written as .yaml`);
  }
  try {
    await writeFile(path, text, { flag: exists === "overwrite" ? "w" : "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw new UsageError(`-o ${visible(path)} exists; --force overwrites it`, { cause: error });
    }
    const Meaning = isRefusal(error) ? DiskError : UsageError;
    throw new Meaning(`-o ${visible(path)} cannot be written: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
