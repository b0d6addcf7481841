import { UsageError } from "../core/usage-error.ts";
import { type RecordFormat, recordFormatOf } from "../formats/record-format.ts";
import type { FileSettings } from "../jobs/file-settings.ts";
import type { SendingCommand } from "./run-settings.ts";

/** What is written, where, and how. */
export interface OutputSettings {
  /** `timing-table`: get's own table on stdout; `archive`: a WARC; `none`: only the files of `save`. */
  readonly kind: "timing-table" | "records" | "archive" | "none";
  /** For `records`: a file, or `-` for stdout; for an `archive` a file. */
  readonly path: string;
  /** For `records`: undefined means the format of the input. */
  readonly format: RecordFormat | undefined;
  /** Template of a file name for each body. */
  readonly save: string | undefined;
  /** How bodies are saved. @default AS_USUAL */
  readonly files?: FileSettings | undefined;
  /** As typed; each may hold several, separated by commas. */
  readonly picks: readonly string[];
  readonly order: "input" | "arrival";
  /** Whether the columns `_status` and `_error` are written. */
  readonly meta: "with meta" | "no meta";
  readonly csvCells: "formula-safe" | "verbatim";
  readonly existing: "refuse" | "overwrite";
  /** Whether the raw answers are kept with the run. */
  readonly keeps: "answers" | "nothing";
  /** Set where an answer that lacks a picked value has failed. */
  readonly absent?: "fails";
}

/**
 * The format that the name of an output tells; undefined for the stdout of `map`, which is as its input.
 * @throws UsageError for a name that tells none
 */
export function formatOf(path: string, command: SendingCommand): RecordFormat | undefined {
  if (path === "-") return command === "map" ? undefined : "jsonl";
  if (path === "") throw new UsageError("-o needs the name of a file, or - for stdout");
  try {
    return recordFormatOf(path, command === "crawl" ? ", FOLDER/ for files" : "");
  } catch (error) {
    throw new UsageError(`-o ${(error as Error).message}`, { cause: error });
  }
}
