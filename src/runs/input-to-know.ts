import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";

import type { InputToKnow } from "../queue/journal-messages.ts";
import { RUNS_FOLDER } from "../queue/run-directories.ts";
import { standardInput } from "./standard-input.ts";
import type { WorkSettings } from "./work-settings.ts";

/**
 * How the input of a command is known again. Standard input is copied as it is read; only where the
 * same work was done with some standard input before, it is read to its end first, to be compared.
 */
export async function inputOf(
  { input, crawl }: WorkSettings,
  wasReadBefore: () => Promise<boolean>,
): Promise<InputToKnow> {
  if (crawl !== undefined) return { kind: "grows" };
  if (input.kind === "urls" || input.kind === "step") return { kind: "in the work" };
  if (input.path !== "-") return { kind: "file", path: resolve(input.path) };
  if (!(await wasReadBefore())) return { kind: "read once" };
  const path = join(resolve(RUNS_FOLDER), `.input-${process.pid}`);
  await mkdir(resolve(RUNS_FOLDER), { recursive: true });
  await pipeline(standardInput(input), createWriteStream(path, { mode: 0o600 }));
  return { kind: "was read", path };
}
