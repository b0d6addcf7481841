import { createHash } from "node:crypto";
import { basename, extname, resolve } from "node:path";

import { redactUrl } from "../formats/redact-url.ts";
import type { CommandLine } from "./command-line.ts";
import type { SendingCommand } from "../runs/run-settings.ts";
import { isSecretHeader } from "../protocol/header-rules.ts";
import { splitSaveTemplate } from "../runs/save-template.ts";
import type { InputSettings } from "../runs/input-settings.ts";
import { withoutPassword } from "../sources/check-url.ts";
import type { CrawlSettings } from "../runs/crawl-settings.ts";
import type { OutputSettings } from "../runs/output-settings.ts";
import type { RequestSettings } from "../runs/request-settings.ts";
import type { DescribedJob, RunJob } from "../runs/run-settings.ts";
import { titleOf } from "./work-title.ts";

/** What is described. */
export interface JobParts {
  readonly command: SendingCommand | "run";
  readonly crawl?: CrawlSettings | undefined;
  readonly input: InputSettings;
  readonly request: RequestSettings;
  readonly output: OutputSettings;
}

/** Options that decide what an answer is; the others are in the settings of request and output. */
const DECIDING = [
  ...["accept", "fail-if", "retry-if"],
  ...["paginate", "batch", "batch-into", "batch-pair", "batch-items"],
] as const;

/** Describes the command for a journal. */
export function describeJob(line: CommandLine, parts: JobParts): DescribedJob {
  const { command } = parts;
  const withheld: string[] = [];
  const values = [...line.values].flatMap(([name, given]) => {
    const kept = keptValues(name, given, withheld);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  const positionals = line.positionals.map((text) => {
    if (!hasSecret(text)) return text;
    withheld.push("the URL");
    return redactUrl(withoutPassword(text));
  });
  const job: RunJob = {
    command,
    positionals,
    values,
    cwd: process.cwd(),
    title: titleOf(parts),
    withheld: [...new Set(withheld)],
  };
  return { job, work: workOf(line, parts), name: nameOf(parts) };
}

/** The values of an option without those that are secret; undefined where nothing is left. */
export function keptValues(
  name: string,
  given: readonly string[],
  withheld: string[],
): readonly string[] | undefined {
  // What the run is called, and what only one process was told, is no part of the job.
  if (NOT_OF_THE_JOB.has(name)) return undefined;
  if (name === "user" || name === "cookie") {
    withheld.push(`--${name}`);
    return undefined;
  }
  // What came through stdin is not there a second time.
  if (given.some((value) => value === "@-" || (name === "curl" && value === "-"))) {
    withheld.push(`--${name}`);
    return undefined;
  }
  if (name === "proxy" && hasSecret(given.at(-1) ?? "")) {
    withheld.push("--proxy");
    return undefined;
  }
  if (name !== "header") return given;
  return given.filter((header) => {
    const field = /^([^:;]+)[:;]/.exec(header)?.[1]?.trim() ?? "";
    if (header.startsWith("@") || !isSecretHeader(field.toLowerCase())) return true;
    withheld.push(`--header ${field}`);
    return false;
  });
}

const NOT_OF_THE_JOB = new Set(
  "run force summary progress quiet max-requests max-bytes max-time".split(" "),
);

function hasSecret(text: string): boolean {
  return redactUrl(text) !== text || /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*@/i.test(text);
}

function workOf(line: CommandLine, { command, input, request, output, crawl }: JobParts): string {
  const isSecret = new Set(request.secretHeaders);
  const headers: string[] = [];
  for (let index = 0; index < request.headers.length; index += 2) {
    const name = request.headers[index]!.toLowerCase();
    headers.push(name, isSecret.has(name) ? "" : request.headers[index + 1]!);
  }
  const { body } = request;
  const what = {
    command,
    input:
      input.kind === "urls" || input.kind === "step"
        ? input
        : { ...input, pipe: undefined, path: input.path === "-" ? "-" : "file" },
    request: {
      ...request,
      headers,
      body: body && { ...body, content: Buffer.from(body.content).toString("base64") },
    },
    output: {
      ...output,
      existing: "",
      path: output.path === "-" ? "-" : resolve(output.path),
      save: output.save === undefined ? null : splitSaveTemplate(output.save),
    },
    ...(crawl === undefined ? {} : { crawl }),
    deciding: DECIDING.map((name) => line.values.get(name) ?? null),
  };
  return createHash("sha256").update(JSON.stringify(what)).digest("hex");
}

function nameOf({ input, crawl }: JobParts): string {
  if (crawl !== undefined) return new URL(crawl.starts[0]!).hostname;
  if (input.kind === "urls") return "get";
  return input.path === "-" ? "stdin" : basename(input.path, extname(input.path));
}
