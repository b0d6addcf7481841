import { JournalError } from "./journal-format.ts";

/**
 * Reads JSON that a journal keeps without a checksum of its own.
 * @throws JournalError where it is not as it was written; `what` names it
 */
export function storedJson<T>(text: unknown, what: string): T {
  try {
    return JSON.parse(text as string) as T;
  } catch (error) {
    throw new JournalError(`the journal is damaged: ${what} cannot be read`, { cause: error });
  }
}
