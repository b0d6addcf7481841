import type { SendingCommand } from "../runs/run-settings.ts";

/** The commands of this version. */
export type CommandName =
  | "get"
  | "map"
  | "run"
  | "crawl"
  | "compare"
  | "plan"
  | "resume"
  | "retry"
  | "runs"
  | "show"
  | "explain"
  | "verify"
  | "extract"
  | "export"
  | "diff"
  | "init"
  | "rehearse"
  | "limits"
  | "demo"
  | "completion";

/** The heading of `--help` under which a flag stands. */
export type FlagGroup =
  | "Request"
  | "Input"
  | "Output"
  | "Limits"
  | "Comparison"
  | "Plan"
  | "Runs"
  | "Hosts"
  | "Crawl"
  | "Job files"
  | "Rehearsal";

/** One option of the command line. */
export interface Flag {
  /** Long name without the dashes. */
  readonly name: string;
  readonly letter?: string;
  /** Name of its value in `--help`; a flag without one is a switch. */
  readonly argument?: string;
  /** What it is given where its value is left out; others have to have one. */
  readonly bare?: string;
  readonly group: FlagGroup;
  readonly doc: string;
  /** What holds without it, as `--help` says it. */
  readonly default?: string;
  /** The values it takes (`only`) or suggests (`such as`), for completion and for messages. */
  readonly values?: readonly string[];
  readonly take?: "only" | "file" | "such as";
  /** Whether each use adds a value; otherwise the last one holds. */
  readonly repeat?: "adds";
  readonly commands: readonly CommandName[];
}

/** Commands that send what the user asks for. */
export const SENDING: readonly SendingCommand[] = ["get", "map", "crawl"];

/** Those of them that are given a list. */
export const LISTING: readonly CommandName[] = ["get", "map"];

/** Commands that go on with a run: how it is asked may change, what is asked may not. */
export const GOING_ON: readonly CommandName[] = ["resume", "retry"];

/** Commands that may stand behind one that compares, plans or rehearses them. */
export type SurroundedCommand = SendingCommand | "run";

/** What may stand behind each command that takes another one. */
export const SURROUNDED = {
  compare: ["get", "map", "crawl", "run"],
  plan: ["get", "map", "crawl", "run"],
  rehearse: ["get", "map", "crawl", "run"],
} as const satisfies Partial<Record<CommandName, readonly SurroundedCommand[]>>;

/** Commands that take another one, and its options too. */
export type AroundCommand = keyof typeof SURROUNDED;

/** Whether a command takes another one. */
export function isAround(command: CommandName): command is AroundCommand {
  return Object.hasOwn(SURROUNDED, command);
}
