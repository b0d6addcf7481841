import { readFileSync } from "node:fs";

/** Descriptors kept for everything else: the runtime's, the journal's and files that are being saved. */
const RESERVED = 56;

/**
 * How many connections this process may have at once and still have descriptors for its files, at least
 * one; Infinity where the system does not tell (it does on Linux: proc_pid_limits(5)).
 */
export function mostConnections(limits = readLimits()): number {
  const descriptors = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  return Math.max(1, descriptors - RESERVED);
}

function readLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "latin1");
  } catch {
    return "";
  }
}
