import type { Flag } from "./flag.ts";

const group = "Rehearsal";
const commands = ["rehearse"] as const;

/** What a rehearsal's server plays, and where it stands. */
export const REHEARSE_FLAGS: readonly Flag[] = [
  {
    name: "model",
    argument: "SPEC",
    group,
    doc: "the limit of each host, such as window:50/1s,retry-after or bucket:20/s,burst=200",
    default: "none",
    values: ["window:50/1s,retry-after", "bucket:20/s,burst=200", "places:8,status=503"],
    take: "such as",
    commands,
  },
  {
    name: "faults",
    argument: "SPEC",
    group,
    doc: "what goes wrong, such as resets=2%,slow-bodies=1%,poison=3,burst-429=1s/20s",
    default: "nothing",
    commands,
  },
  {
    name: "latency",
    argument: "DURATION",
    group,
    doc: "what an answer takes, such as 100ms or 50ms-150ms",
    default: "none alone, 50ms-150ms with a command",
    commands,
  },
  {
    name: "answers",
    argument: "FILE|JSON",
    group,
    doc: "answer any path with the lines of a .jsonl file, with a file, or with JSON that has {name} of the query",
    default: "made-up JSON",
    take: "file",
    commands,
  },
  {
    name: "seed",
    argument: "N",
    group,
    doc: "decides whom the faults hit and what is made up",
    default: "1",
    commands,
  },
  {
    name: "port",
    argument: "N",
    group,
    doc: "where the server listens, on the loopback interface",
    default: "any free port",
    commands,
  },
  {
    name: "into",
    argument: "DIR",
    group,
    doc: "keep what the command writes in this folder; nothing is written elsewhere",
    default: "a temporary one, removed",
    take: "file",
    commands,
  },
];
