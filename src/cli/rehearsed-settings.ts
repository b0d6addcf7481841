import { basename, join } from "node:path";

import { parsePicks } from "../formats/picks.ts";
import { copyOfJar } from "./copy-of-jar.ts";
import { splitSaveTemplate } from "../runs/save-template.ts";
import type { Settings } from "./settings.ts";
import type { Caps } from "../runs/request-cap.ts";
import type { OutputSettings } from "../runs/output-settings.ts";

/** Where a rehearsed command leads, and where it writes. */
export interface Stage {
  readonly port: number;
  /** Everything that it writes goes below this folder. */
  readonly folder: string;
}

/**
 * More requests than this are not judged one by one: a rehearsal stops after them as by --max-requests.
 */
export const MOST_REQUESTS = 300_000;

/**
 * The settings of a command for a rehearsal of it: all connections lead to the server on `port`, the
 * run is in memory, and no file is written but below `folder`.
 */
export async function rehearsedSettings(
  settings: Settings,
  { port, folder }: Stage,
): Promise<Settings> {
  const { summary, cookieJar, caps } = settings;
  return {
    ...settings,
    detour: { port },
    run: { kind: "in memory" },
    output: rehearsedOutput(settings.output, folder),
    caps: cappedRequests(caps),
    summary: summary === undefined ? undefined : join(folder, basename(summary)),
    cookieJar: cookieJar === undefined ? undefined : await copyOfJar(cookieJar, folder),
  };
}

/** Caps under which all requests are judged. */
export function cappedRequests(caps: Caps): Caps {
  return { ...caps, maxRequests: Math.min(caps.maxRequests ?? MOST_REQUESTS, MOST_REQUESTS) };
}

function rehearsedOutput(output: OutputSettings, folder: string): OutputSettings {
  const { save, path } = output;
  // An archive belongs to a run on disk; records of the same answers cost about the same.
  const kind = output.kind === "archive" ? "records" : output.kind;
  return {
    ...output,
    kind,
    keeps: "nothing",
    path: kind === "records" ? join(folder, path === "-" ? "stdout" : basename(path)) : path,
    save: save === undefined ? undefined : join(folder, "files", splitSaveTemplate(save).template),
  };
}

const PLAIN_FIELD = /^(?:\$\.)?([a-z_]\w*(?:\.[a-z_]\w*)*)$/i;

/** Fields that a made-up answer needs so that what is picked is found: `gender`, `data.id`. */
export function pickedFields(picks: readonly string[]): readonly string[] {
  return parsePicks(picks).flatMap(({ expression }) => {
    const field = PLAIN_FIELD.exec(expression.trim())?.[1];
    return field === undefined ? [] : [field];
  });
}
