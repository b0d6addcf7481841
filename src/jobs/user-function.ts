import { HookError } from "../core/hook-error.ts";
import type { Document } from "../formats/document.ts";

/**
 * A function of the user's that is asked of an answer. What it throws is a HookError, and so is a promise;
 * an answer that it could not read (no JSON, say) stays the fault of the answer.
 */
export function askedOfAnswer(
  what: string,
  ask: (answer: Document) => unknown,
): (answer: Document) => unknown {
  return (answer) => {
    let unread: unknown;
    const reading = <T>(read: () => T): T => {
      try {
        return read();
      } catch (error) {
        unread = error;
        throw error;
      }
    };
    const watched: Document = {
      json: () => reading(() => answer.json()),
      html: (parse) => reading(() => answer.html(parse)),
    };
    try {
      return atOnce(ask(watched));
    } catch (error) {
      throw error === unread ? error : new HookError(what, error);
    }
  };
}

/** A function of the user's that is asked of a row. @throws HookError for what it throws, and for a promise */
export function askedOfRow<Given>(
  what: string,
  ask: (row: Readonly<Record<string, unknown>>) => Given,
): (row: Readonly<Record<string, unknown>>) => Given {
  return (row) => {
    try {
      return atOnce(ask(row));
    } catch (error) {
      throw new HookError(what, error);
    }
  };
}

function atOnce<Given>(given: Given): Given {
  if (!(given instanceof Promise)) return given;
  // Nobody waits for it: its failure must not end the process.
  given.catch(() => {});
  throw new TypeError("it gave a promise; it has to give its value at once");
}
