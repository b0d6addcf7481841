import type { RequestsSeen } from "../policy/host-memory.ts";
import type { LimitProfile } from "../policy/limit-profile.ts";
import { carriedProfile } from "./carried-profile.ts";
import { createHostFolder } from "./host-folder.ts";
import type { HostRecord } from "./host-record.ts";
import { refilled } from "./refilled.ts";

/** What keeping records of hosts needs. */
export interface KeptHostsOptions {
  /** The folder of the records. */
  readonly path: string;
  /** Wall-clock milliseconds. */
  readonly now: () => number;
  /** Told of a folder that refuses, and of a record that is damaged. */
  readonly onTrouble: (error: unknown) => void;
}

/** Records of hosts: read when they are asked for, written when told to. */
export interface KeptHosts {
  recall(scope: string): LimitProfile | undefined;
  keep(scope: string, profile: LimitProfile, seen: RequestsSeen): void;
  /** Whether something was told that is not written. */
  readonly isBehind: boolean;
  /** Writes some of what was told, `most` records at most. */
  write(most: number): void;
  /** Forgets what nobody told of for long, where that is due. */
  sweep(): void;
}

interface Told {
  readonly profile: LimitProfile;
  readonly requests: number;
  readonly refused: number;
}

/** Not told of for this long is forgotten. */
export const FORGET_AFTER_MS = 90 * 86_400_000;
export const MOST_HOSTS = 10_000;
/** Without a limit seen, fewer requests than this teach nothing that is worth a file. */
const LEAST_REQUESTS = 20;
/** The folder is swept after so many new records, and once a day where there is a new one. */
const SWEEP_AFTER = 200;
const SWEEP_EVERY_MS = 86_400_000;

/** Records that are neither read nor written any more once the folder refuses. */
export function createKeptHosts({ path, now, onTrouble }: KeptHostsOptions): KeptHosts {
  const folder = createHostFolder(path);
  const told = new Map<string, Told>();
  /** Those of `told` that a file is to be written of. */
  const behind = new Set<string>();
  /** Bursts that were told to be smaller than they are known to be: the last run had used of them. */
  const refilling = new Map<string, number | undefined>();
  /** Scopes that have a file. */
  const known = new Set<string>();
  let state: "kept" | "refused" = "kept";
  let added = 0;

  function attempt<T>(work: () => T): T | undefined {
    if (state === "refused") return undefined;
    try {
      return work();
    } catch (error) {
      state = "refused";
      behind.clear();
      onTrouble(error);
      return undefined;
    }
  }
  function read(scope: string): HostRecord | undefined {
    const record = attempt(() => folder.read(scope));
    if (record !== undefined) known.add(scope);
    if (record !== "damaged") return record;
    onTrouble(new Error(`what was known of ${scope} is damaged and forgotten`));
    return undefined;
  }
  function writeOne(scope: string): void {
    const { profile, requests, refused } = told.get(scope)!;
    const before = read(scope);
    if (state !== "kept") return;
    if (before === undefined) added += 1;
    const nowMs = now();
    attempt(() =>
      folder.write({
        scope,
        profile: carriedProfile(before?.profile, wholeBurst(scope, profile, before), refused),
        requests: requests + (before?.requests ?? 0),
        refused: refused + (before?.refused ?? 0),
        firstMs: before?.firstMs ?? nowMs,
        lastMs: nowMs,
      }),
    );
    if (state !== "kept") return;
    // What is in the file is not to be added to it again.
    told.delete(scope);
    known.add(scope);
  }

  /** The profile with the burst that is known, where its own is only what was left of that at the beginning. */
  function wholeBurst(scope: string, profile: LimitProfile, before: HostRecord | undefined) {
    if (!refilling.has(scope) || profile.burst !== refilling.get(scope)) return profile;
    return { ...profile, burst: before?.profile.burst };
  }

  return {
    recall(scope) {
      const own = told.get(scope);
      if (own !== undefined) return own.profile;
      const record = read(scope);
      if (record === undefined || now() - record.lastMs > FORGET_AFTER_MS) return undefined;
      const profile = refilled(record.profile, now() - record.lastMs);
      if (profile !== record.profile) refilling.set(scope, profile.burst);
      return profile;
    },
    keep(scope, profile, seen) {
      const before = told.get(scope);
      const requests = seen.requests + (before?.requests ?? 0);
      const refused = seen.refused + (before?.refused ?? 0);
      const isWorthIt =
        requests >= LEAST_REQUESTS ||
        refused > 0 ||
        profile.evidence.length > 0 ||
        known.has(scope);
      const isToWrite = isWorthIt && state === "kept";
      if (before === undefined && told.size >= MOST_HOSTS && !isToWrite) return;
      told.set(scope, { profile, requests, refused });
      if (isToWrite) behind.add(scope);
    },
    get isBehind() {
      return behind.size > 0;
    },
    write(most) {
      let left = most;
      for (const scope of behind) {
        if (left === 0) break;
        left -= 1;
        behind.delete(scope);
        writeOne(scope);
      }
    },
    sweep() {
      if (added === 0) return;
      const nowMs = now();
      attempt(() => {
        if (added < SWEEP_AFTER && Math.abs(nowMs - folder.sweptMs()) < SWEEP_EVERY_MS) return;
        added = 0;
        folder.sweep({ nowMs, beforeMs: nowMs - FORGET_AFTER_MS, most: MOST_HOSTS });
      });
    },
  };
}
