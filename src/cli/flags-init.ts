import type { Flag } from "./flag.ts";

const group = "Job files";
const commands = ["init"] as const;

/** From what `init` writes a job, and where to. */
export const INIT_FLAGS: readonly Flag[] = [
  {
    name: "answer",
    argument: "FILE|-",
    group,
    doc: "an answer to the request, JSON: its list becomes rows, its fields columns",
    take: "file",
    commands,
  },
  {
    name: "output",
    letter: "o",
    argument: "FILE|-",
    group,
    doc: "the job's file, such as players.yaml",
    default: "-",
    take: "file",
    commands,
  },
  {
    name: "force",
    group,
    doc: "overwrite a file that exists",
    commands,
  },
];
