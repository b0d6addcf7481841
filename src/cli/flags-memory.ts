import type { Flag } from "./flag.ts";

const group = "Hosts";
const commands = ["limits"] as const;

/** What is done with what is remembered of hosts. */
export const MEMORY_FLAGS: readonly Flag[] = [
  {
    name: "set",
    argument: "NAME=VALUE",
    group,
    doc: "declare a host's limits: rate=20/s, burst=5, concurrency=8; none takes one away",
    repeat: "adds",
    commands,
  },
  { name: "forget", group, doc: "forget the host named, or all", commands },
  {
    name: "export",
    argument: "FILE|-",
    group,
    doc: "write what is remembered to a .json file",
    take: "file",
    commands,
  },
  { name: "force", group, doc: "overwrite a file that exists", commands },
];
