import { hash } from "node:crypto";

/** Enough that two keys of one host are never taken for each other, too little to find a key by. */
const HASH_DIGITS = 12;

/**
 * The name under which limits are remembered: the host, or where limits belong to a key, the host and
 * a short SHA-256 of the key (`api.example.com#1f0c…`). The key itself is never written.
 */
export function limitScope(host: string, key?: string): string {
  if (key === undefined) return host;
  return `${host}#${hash("sha256", key).slice(0, HASH_DIGITS)}`;
}

/** The host and the short hash of the key that a scope is made of. */
export function partsOfScope(scope: string): {
  readonly host: string;
  readonly key: string | undefined;
} {
  const [host = "", key] = scope.split("#", 2);
  return { host, key };
}
