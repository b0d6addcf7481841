import { existsSync } from "node:fs";
import { join } from "node:path";

import { systemWords } from "../core/disk-error.ts";
import { createHostFolder } from "./host-folder.ts";
import { HOSTS_FOLDER, QUOTAS_FILE } from "./host-memory.ts";
import type { HostRecord } from "./host-record.ts";
import { type KeptQuota, openQuotaDatabase, removeQuotaDatabase } from "./quota-database.ts";

/** All that is remembered of one scope. */
export interface KnownHost {
  readonly scope: string;
  /** Undefined where only a quota is counted. */
  readonly record: HostRecord | undefined;
  readonly quotas: readonly KeptQuota[];
}

/** What is remembered of all hosts. */
export interface KnownHosts {
  /** Those told of last come first, then those of which only a quota is known. */
  readonly hosts: readonly KnownHost[];
  /** Why quotas cannot be told, in words; undefined where they can. */
  readonly trouble: string | undefined;
}

/** Reads everything that is remembered. @throws what the system throws for records that cannot be read. */
export function readKnownHosts(folder: string, nowMs: number): KnownHosts {
  const { quotas, trouble } = readQuotas(folder, nowMs);
  const records = createHostFolder(join(folder, HOSTS_FOLDER)).list();
  const byScope = new Map(records.map((record) => [record.scope, record]));
  const scopes = new Set([...byScope.keys(), ...quotas.keys()]);
  const hosts = Array.from(scopes, (scope) => ({
    scope,
    record: byScope.get(scope),
    quotas: quotas.get(scope) ?? [],
  }));
  hosts.sort(
    (one, other) =>
      (other.record?.lastMs ?? 0) - (one.record?.lastMs ?? 0) || (one.scope < other.scope ? -1 : 1),
  );
  return { hosts, trouble };
}

/** Puts a record in the place of the one there is. @throws what the system throws. */
export function writeKnownHost(folder: string, record: HostRecord): void {
  createHostFolder(join(folder, HOSTS_FOLDER)).write(record);
}

/** Forgets scopes: what was learned of them and what is spent of their quotas. @throws what the system throws. */
export function forgetHosts(folder: string, scopes: readonly string[]): void {
  const hosts = createHostFolder(join(folder, HOSTS_FOLDER));
  for (const scope of scopes) hosts.remove(scope);
  const path = join(folder, QUOTAS_FILE);
  if (!existsSync(path)) return;
  using database = openQuotaDatabase(path, Date.now());
  for (const scope of scopes) database.forget(scope);
}

/** Forgets everything, whatever state it is in. @throws what the system throws. */
export function forgetAllHosts(folder: string): void {
  createHostFolder(join(folder, HOSTS_FOLDER)).removeAll();
  removeQuotaDatabase(join(folder, QUOTAS_FILE));
}

function readQuotas(
  folder: string,
  nowMs: number,
): { readonly quotas: Map<string, KeptQuota[]>; readonly trouble: string | undefined } {
  const path = join(folder, QUOTAS_FILE);
  if (!existsSync(path)) return { quotas: new Map(), trouble: undefined };
  try {
    using database = openQuotaDatabase(path, nowMs);
    return { quotas: Map.groupBy(database.list(nowMs), ({ scope }) => scope), trouble: undefined };
  } catch (error) {
    const trouble = `the quotas in ${path} cannot be read: ${systemWords(error as Error)}`;
    return { quotas: new Map(), trouble };
  }
}
