import { FAILURE_CODES, type FailureCode } from "../core/failure.ts";
import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { parseStatusSet } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";

/** Failures that are meant: those of any of the codes or of any of the statuses. */
export interface OnlyFailures {
  readonly codes: readonly FailureCode[];
  readonly statuses: readonly number[];
}

const STATUSES = Array.from({ length: 900 }, (_, index) => index + 100);

/**
 * Reads `E_TIMEOUT,404,5xx`; undefined means every failure.
 * @throws UsageError for a part that is no code and no status, naming the nearest code.
 */
export function parseOnly(text: string | undefined): OnlyFailures | undefined {
  if (text === undefined) return undefined;
  const codes: FailureCode[] = [];
  const statuses: number[] = [];
  for (const part of text.split(",")) {
    const word = part.trim();
    const code = FAILURE_CODES.find((one) => one === word.toUpperCase());
    if (code !== undefined) codes.push(code);
    else statuses.push(...STATUSES.filter(statusSet(word)));
  }
  return { codes, statuses };
}

/** Whether a failure of this code and status (0 for none) is meant. */
export function isMeant(
  only: OnlyFailures | undefined,
  { code, status }: { readonly code: string | undefined; readonly status: number },
): boolean {
  if (only === undefined) return true;
  return only.codes.some((one) => one === code) || only.statuses.includes(status);
}

function statusSet(word: string): (status: number) => boolean {
  try {
    return parseStatusSet(word);
  } catch (error) {
    const hint = didYouMean(word, FAILURE_CODES) || ", such as E_TIMEOUT,404,5xx";
    throw new UsageError(`--only: "${visible(word)}" is no failure code and no status${hint}`, {
      cause: error,
    });
  }
}
