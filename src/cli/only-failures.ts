import type { Again } from "./work-retry.ts";

/** Whether a failure of this code and status (0 for none) is meant; nothing named means every one. */
export function isMeant(
  { codes, statuses }: Again,
  { code, status }: { readonly code: string | undefined; readonly status: number },
): boolean {
  if (codes.length === 0 && statuses.length === 0) return true;
  return (code !== undefined && codes.includes(code)) || statuses.includes(status);
}
