import { UsageError } from "../core/usage-error.ts";
import type { CommandLine } from "./command-line.ts";
import { type DescribedJob, describeJob, type JobParts } from "./run-job.ts";
import type { Values } from "./settings.ts";
import type { Again } from "./work-retry.ts";

/** Whether and where a run is kept on disk. */
export type RunSettings =
  | { readonly kind: "in memory" }
  /** The same run where there is one, else a new one. */
  | ({
      readonly kind: "durable";
      readonly directory: string | undefined;
      readonly earlier: "go on" | "ignore";
    } & DescribedJob)
  /** A run that exists. */
  | {
      readonly kind: "existing";
      readonly directory: string;
      /** Digest of its work. */
      readonly work: string;
      /** Failures that are to be asked again. */
      readonly again?: Again;
    };

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
