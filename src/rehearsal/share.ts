import { UsageError } from "../core/usage-error.ts";

/** A share from 0 to 1: `2%` or `0.02`. @throws UsageError that names what it is of. */
export function readShare(word: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const share = match === null ? -1 : Number(match[1]) / (match[2] === "%" ? 100 : 1);
  if (share >= 0 && share <= 1) return share;
  throw new UsageError(`${word}=${text} is not a share; write for example ${word}=2%`);
}
