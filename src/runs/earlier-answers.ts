import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import type { Call } from "../core/call.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Send } from "../core/send.ts";
import { formatCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { compileSaveName } from "../jobs/extract-saved.ts";
import { revive } from "../middleware/archive.ts";
import { JOURNAL_FILE } from "../queue/journal-format.ts";
import { readKeptAnswers } from "../queue/kept-reader.ts";
import { outcomeRows } from "../report/outcome-rows.ts";
import { createClaimedNames } from "../sinks/claimed-names.ts";
import type { JobRun } from "./job-run.ts";
import { splitSaveTemplate } from "./save-template.ts";
import type { WorkSettings } from "./work-settings.ts";
import { openToRead } from "./open-to-read.ts";

/** The answers that an earlier run of the same step has. */
export interface EarlierAnswers extends Disposable {
  /** Gives what the earlier run answered, as a duplicate, where that still stands; asks for the rest. */
  readonly around: (send: Send) => Send;
  /** What was new and what is gone, once the step has ended. */
  readonly words: () => string;
}

/** Where an answer is: in a file, or among those that were kept. */
interface Standing {
  readonly status: number;
  readonly path: string | undefined;
  readonly checksum: number;
  readonly kept: number;
  seen: boolean;
}

/**
 * Reads which questions an earlier run of a step has answered; undefined where it has not run, or has kept
 * neither files nor answers. Its settings are those of the step in that run.
 * @throws UsageError where it cannot be read
 */
export async function readEarlierAnswers(
  step: CompiledStep,
  earlier: JobRun,
  settings: WorkSettings,
): Promise<EarlierAnswers | undefined> {
  const directory = earlier.directoryOf(step);
  const { save } = settings.output;
  if (!existsSync(join(directory, JOURNAL_FILE)) || settings.step === undefined) return undefined;
  const store = openToRead(directory);
  const kept = readKeptAnswers(store.database, directory);
  if (kept === undefined && save === undefined) {
    store[Symbol.dispose]();
    return undefined;
  }
  const { root, template } = splitSaveTemplate(save ?? "");
  const name = save === undefined ? undefined : compileSaveName(template);
  const names = createClaimedNames();
  const answers = new Map<string, Standing>();
  const { batches } = await settings.step.openTasks();
  for await (const { record, task } of outcomeRows(store, batches)) {
    if (task === undefined) continue;
    const path = name && join(root, names.claim(name.pathOf(task), name.keyOf(task)));
    if (record.kind !== "answered") continue;
    const { status, checksum, kept: id } = record;
    answers.set(task.request.key, { status, path, checksum, kept: id, seen: false });
  }
  let [fresh, same] = [0, 0];

  async function bodyOf({ path, checksum, kept: id }: Standing): Promise<Uint8Array | undefined> {
    try {
      if (id !== 0) return kept?.get(id);
      if (path === undefined) return undefined;
      const body = await readFile(path);
      return crc32(body) === checksum ? body : undefined;
    } catch {
      // Taken away, or damaged: it is asked for again.
      return undefined;
    }
  }

  async function answer(request: HttpRequest, call: Call, next: Send): Promise<HttpResponse> {
    const known = answers.get(request.key);
    if (known === undefined) {
      fresh += 1;
      return next(request, call);
    }
    known.seen = true;
    const bytes = await bodyOf(known);
    if (bytes === undefined) return next(request, call);
    same += 1;
    return revive(request, call, { status: known.status, contentType: undefined, bytes });
  }

  return {
    around: (next) => (request, call) => answer(request, call, next),
    words() {
      const gone = [...answers.values()].filter(({ seen }) => !seen).length;
      const all = [`${formatCount(fresh)} new`, `${formatCount(same)} as before`];
      return `${visible(step.id)}: ${[...all, `${formatCount(gone)} gone`].join(", ")}`;
    },
    [Symbol.dispose]() {
      kept?.[Symbol.dispose]();
      store[Symbol.dispose]();
    },
  };
}
