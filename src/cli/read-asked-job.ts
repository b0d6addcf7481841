import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import type { CompileJobOptions } from "../jobs/compile-job.ts";
import { readJob, readJobModule, type ReadJob } from "../jobs/job-file.ts";
import { askJob, type AskedJob } from "../runs/ask-job.ts";
import type { JobOptions } from "../runs/job-options.ts";
import type { CommandLine } from "./command-line.ts";
import { readChangesWanted } from "./changes-file.ts";
import { keptValues } from "./describe-job.ts";
import { loadModule } from "./load-module.ts";
import { readText, textOf } from "./read-text.ts";
import { createValues } from "./settings.ts";
import { readCaps, readGivenSession } from "./settings-limits.ts";

/** Reads and compiles the job that a command line names. Sends nothing. @throws UsageError */
export async function readAskedJob(
  line: CommandLine,
  environment: CompileJobOptions["environment"] = process.env,
): Promise<AskedJob> {
  const [file, ...more] = line.positionals;
  if (file === undefined) throw new UsageError("run needs a job file: fanfetch run JOB.yaml");
  if (more.length > 0) {
    throw new UsageError(`run takes one job file; "${visible(more[0]!)}" is too much`);
  }
  const read = await readJobOf(file, line.values.get("set") ?? []);
  const withheld: string[] = [];
  const values = [...line.values].flatMap(([name, given]) => {
    const kept = keptValues(name, given, withheld);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return await askJob(read, {
    folder: file === "-" ? process.cwd() : dirname(resolve(file)),
    environment,
    begins: { command: "run", positionals: [file], values, cwd: process.cwd(), withheld },
    options: jobOptions(line),
  });
}

/** How a job is to be run, as it was typed. @throws UsageError */
function jobOptions(line: CommandLine): JobOptions {
  const values = createValues(line);
  return {
    session: readGivenSession(values),
    mode: (values.last("mode") ?? "concurrent") as JobOptions["mode"],
    onFailure: values.has("fail-fast") ? "stop" : "go on",
    caps: readCaps(values),
    limits: { wait: values.has("wait") ? "wait" : "stop" },
    redirectsTo: values.has("allow-private") ? "anywhere" : "public",
    order: values.last("order") as JobOptions["order"],
    csvCells: values.has("no-csv-safe") ? "verbatim" : "formula-safe",
    existing: values.has("force") ? "overwrite" : "refuse",
    keeps: values.has("keep") ? "answers" : "nothing",
    changes: readChangesWanted(values),
    ...(values.has("strict") ? { absent: "fails" } : {}),
    v8: "tuned",
  };
}

async function readJobOf(file: string, set: readonly string[]): Promise<ReadJob> {
  const name = visible(file);
  if (/\.[cm]?[jt]s$/.test(file)) {
    const path = resolve(file);
    if (!existsSync(path)) {
      throw new UsageError(`${name} cannot be read: there is no such file`);
    }
    return await readJobModule(await loadModule(path, name), { name, set });
  }
  const bytes = await readText(file);
  return await readJob(await textOf(bytes, name), { name, set });
}
