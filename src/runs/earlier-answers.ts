import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Call } from "../core/call.ts";
import type { HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import type { Send } from "../core/send.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { compileSaveName } from "../jobs/extract-saved.ts";
import { revive } from "../middleware/archive.ts";
import { JOURNAL_FILE } from "../queue/journal-format.ts";
import { openEarlierRun } from "./earlier-run.ts";
import type { JobRun } from "./job-run.ts";
import { splitSaveTemplate } from "./save-template.ts";
import { SPOOL_ABOVE_BYTES } from "./work-spool.ts";
import type { WorkSettings } from "./work-settings.ts";

/** The answers that an earlier run of the same step has. */
export interface EarlierAnswers extends Disposable {
  /**
   * Asks what the earlier run answered on condition that it has changed; where nobody can ask that, gives
   * what it answered as a duplicate, as long as it still stands. A list is asked for anew then.
   */
  readonly around: (send: Send) => Send;
}

/**
 * Reads which questions an earlier run of a step has answered; undefined where it has not run, or has kept
 * neither files nor answers. An answer of several requests, of pages or of a batch, has no version that could
 * be asked about: it is asked for anew, and its content tells what has changed. The settings are those of the
 * step in that run.
 * @throws UsageError where it cannot be read
 */
export async function readEarlierAnswers(
  step: CompiledStep,
  before: JobRun,
  settings: WorkSettings,
): Promise<EarlierAnswers | undefined> {
  const directory = before.directoryOf(step);
  const { save, keeps } = settings.output;
  if (!existsSync(join(directory, JOURNAL_FILE)) || settings.step === undefined) return undefined;
  if (keeps === "nothing" && save === undefined) return undefined;
  if (step.pages !== undefined || step.batch !== undefined) return undefined;
  const { root, template } = splitSaveTemplate(save ?? "");
  const { batches } = await settings.step.openTasks();
  const isRead = settings.step.bodies === "read" || keeps === "answers" || step.rules.length > 0;
  const earlier = await openEarlierRun(directory, {
    batches,
    saving: save === undefined ? undefined : { root, name: compileSaveName(template) },
    largestInMemoryBytes: () => (isRead ? Number.POSITIVE_INFINITY : SPOOL_ABOVE_BYTES),
    hash: "none",
  });

  async function answer(request: HttpRequest, call: Call, next: Send): Promise<HttpResponse> {
    const known = earlier.find(request);
    if (known?.validators !== undefined && request.method === "GET") {
      call.earlier = { ...known, validators: known.validators };
      return await next(request, call);
    }
    const body = step.position === "inner" ? undefined : await known?.body();
    if (known === undefined || body === undefined) return await next(request, call);
    return given(request, call, { ...known, body });
  }

  return {
    around: (next) => (request, call) => answer(request, call, next),
    [Symbol.dispose]: () => earlier[Symbol.dispose](),
  };
}

/** An earlier answer, told as a duplicate. */
function given(request: HttpRequest, call: Call, answer: GivenAnswer): HttpResponse {
  const bytes = new Uint8Array(0);
  const { timing, protocol } = revive(request, call, {
    status: 200,
    contentType: undefined,
    bytes,
  });
  return new HttpResponse({ ...answer, timing, protocol, wireBytes: 0 });
}

type GivenAnswer = Pick<HttpResponse, "url" | "status" | "headers" | "body">;
