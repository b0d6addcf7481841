import { join } from "node:path";

import type { LimitProfile } from "../policy/limit-profile.ts";
import { createHostFolder } from "./host-folder.ts";
import { HOSTS_FOLDER } from "./host-memory.ts";

/** What is remembered of a scope, and when it was told last (wall-clock milliseconds). */
export interface RecalledHost extends LimitProfile {
  readonly learnedAtMs: number;
}

/** Reads what is remembered in a state folder, scope by scope, and keeps nothing; a folder that refuses has nothing. */
export function recallHosts(
  folder: string | undefined,
): (scope: string) => RecalledHost | undefined {
  if (folder === undefined) return () => undefined;
  const hosts = createHostFolder(join(folder, HOSTS_FOLDER));
  return (scope) => {
    try {
      const record = hosts.read(scope);
      if (record === undefined || record === "damaged") return undefined;
      return { ...record.profile, learnedAtMs: record.lastMs };
    } catch {
      return undefined;
    }
  };
}
