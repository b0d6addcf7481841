import { UsageError } from "../core/usage-error.ts";
import type { RunSettings } from "../runs/run-settings.ts";
import type { CommandLine } from "./command-line.ts";
import { describeJob, type JobParts } from "./describe-job.ts";
import type { Values } from "./settings.ts";

/**
 * Any command that writes a file, or keeps its answers, is a run on disk.
 * @throws UsageError for `--run` without a directory.
 */
export function readRun(line: CommandLine, values: Values, parts: JobParts): RunSettings {
  const directory = values.last("run");
  if (directory === "") throw new UsageError("--run needs the name of a directory");
  const { output, crawl } = parts;
  const writes =
    output.save !== undefined ||
    crawl?.folder !== undefined ||
    crawl?.book !== undefined ||
    output.keeps === "answers" ||
    output.kind === "archive" ||
    (output.kind === "records" && output.path !== "-");
  if (!writes && directory === undefined) return { kind: "in memory" };
  return {
    kind: "durable",
    directory,
    earlier: values.has("force") ? "ignore" : "go on",
    ...describeJob(line, parts),
  };
}
