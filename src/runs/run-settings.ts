import type { Again } from "./work-retry.ts";

/** The commands that send what the user asks for. */
export type SendingCommand = "get" | "map" | "crawl";

/** What a run is, as its journal keeps it: the command that began it, without its secrets. */
export interface RunJob {
  readonly command: SendingCommand | "run";
  readonly positionals: readonly string[];
  /** Values of options by long name. */
  readonly values: readonly (readonly [string, readonly string[]])[];
  /** Where it was begun: relative names in it are meant from there. */
  readonly cwd: string;
  /** `names.csv → out.csv` */
  readonly title: string;
  /** Of a job: the step that this run is. */
  readonly step?: string;
  /** Of a job's step: where it writes, in place of options. */
  readonly writes?: {
    readonly output?: string;
    readonly save?: string;
    readonly merge?: string;
  };
  /** Options whose values are secrets, and were left out: to be given again. */
  readonly withheld: readonly string[];
}

/** A job and what identifies its work. */
export interface DescribedJob {
  readonly job: RunJob;
  /** Digest of everything that decides what is asked and written, limits and secrets left out. */
  readonly work: string;
  /** For the name of the run's directory. */
  readonly name: string;
}

/** Whether and where a run is kept on disk. */
export type RunSettings =
  | { readonly kind: "in memory" }
  /** The same run where there is one, else a new one. */
  | ({
      readonly kind: "durable";
      readonly directory: string | undefined;
      readonly earlier: "go on" | "ignore";
      /** The run of the same work whose answers are asked about. @default as its journal says */
      readonly since?: string | undefined;
    } & DescribedJob)
  /** A run that exists. */
  | {
      readonly kind: "existing";
      readonly directory: string;
      /** Digest of its work. */
      readonly work: string;
      /** Failures that are to be asked again. */
      readonly again?: Again;
      /** Set where its answers are rows of other steps, which are to keep their places. */
      readonly gives?: "rows to others" | undefined;
    };
