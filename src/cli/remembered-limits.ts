import { join } from "node:path";

import type { Recall } from "../jobs/planned-times.ts";
import { createHostFolder } from "../memory/host-folder.ts";
import { HOSTS_FOLDER } from "../memory/host-memory.ts";
import { FORGET_AFTER_MS } from "../memory/kept-hosts.ts";
import { stateFolder } from "../memory/state-folder.ts";

/** Reads what is remembered of hosts as it is asked for, and changes none of it; what cannot be read is unknown. */
export function rememberedLimits(nowMs = Date.now()): Recall {
  const folder = stateFolder(process.env);
  if (folder === undefined) return () => undefined;
  const hosts = createHostFolder(join(folder, HOSTS_FOLDER));
  return (origin) => {
    try {
      const record = hosts.read(origin);
      if (record === undefined || record === "damaged") return undefined;
      if (record.lastMs < nowMs - FORGET_AFTER_MS) return undefined;
      return { ...record.profile, learnedAtMs: record.lastMs };
    } catch {
      return undefined;
    }
  };
}
