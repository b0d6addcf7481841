import { FAILURE_CODES } from "../core/failure.ts";
import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { parseStatusSet } from "../formats/quantity.ts";
import type { Again } from "../runs/work-retry.ts";

/** Whether a failure of this code and status (0 for none) is meant; nothing named means every one. */
export function isMeant(
  { codes, statuses }: Again,
  { code, status }: { readonly code: string | undefined; readonly status: number },
): boolean {
  if (codes.length === 0 && statuses.length === 0) return true;
  return (code !== undefined && codes.includes(code)) || statuses.includes(status);
}

/** Reads `--only E_TIMEOUT,404`. @throws UsageError for what is neither a code nor a status. */
export function readOnly(texts: readonly string[]): Again {
  const codes: string[] = [];
  const statuses: number[] = [];
  for (const text of texts.flatMap((one) => one.split(",")).map((one) => one.trim())) {
    if (text === "") continue;
    const code = text.toUpperCase();
    if ((FAILURE_CODES as readonly string[]).includes(code)) codes.push(code);
    else if (/^[1-9](?:\d\d|xx)$/i.test(text)) {
      const holds = parseStatusSet(text);
      for (let status = 100; status < 1000; status += 1) if (holds(status)) statuses.push(status);
    } else {
      throw new UsageError(
        `--only takes codes and statuses such as E_TIMEOUT,404,5xx, not "${text}"${didYouMean(code, FAILURE_CODES)}`,
      );
    }
  }
  return { codes, statuses };
}
