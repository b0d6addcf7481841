import { hash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import type { ResponseHeaders } from "../core/headers.ts";
import { partialFile, type PartialFile } from "../protocol/resume-request.ts";

/** The head of an answer whose body goes to a file. */
export interface PartHead {
  readonly url: string;
  readonly status: number;
  readonly headers: ResponseHeaders;
}

/** A file that was begun and can be continued. */
export interface Part extends PartialFile {
  readonly path: string;
}

/** What stands beside a part. */
interface Note {
  readonly validator: string;
  readonly total: number | undefined;
  /** Tells whether the machine went down since: then what was not synced may not be what was written. */
  readonly boot: string;
}

/**
 * Notes that a body begins, so that it can be continued by another process; gives the path for its bytes.
 * Undefined where nothing names it (no strong validator, a content coding): then it has to begin anew.
 * @throws the system's error
 */
export function beginPart(directory: string, head: PartHead): string | undefined {
  const boot = bootId();
  if (head.status !== 200 || boot === undefined) return undefined;
  const { validator, total } = partialFile(0, { headers: head.headers, nowMs: Date.now() });
  if (validator === undefined) return undefined;
  const path = pathOf(directory, head.url);
  const note: Note = { validator, total, boot };
  writeFileSync(`${path}.part`, "", { mode: 0o600 });
  writeFileSync(`${path}.head`, JSON.stringify(note), { mode: 0o600 });
  return `${path}.part`;
}

/** What is there of the body of a URL; undefined where nothing of use is. Never throws. */
export async function findPart(directory: string, url: string): Promise<Part | undefined> {
  const path = pathOf(directory, url);
  try {
    const note = JSON.parse(await readFile(`${path}.head`, "utf8")) as Note;
    const { size } = await stat(`${path}.part`);
    if (note.boot !== bootId() || size === 0) return undefined;
    return { path: `${path}.part`, bytes: size, validator: note.validator, total: note.total };
  } catch {
    return undefined;
  }
}

/** Forgets a part, whose bytes somebody has taken or nobody wants; its file stays unless it is named. */
export async function forgetPart(path: string, also: "its bytes" | "its note"): Promise<void> {
  await rm(path.replace(/\.part$/, ".head"), { force: true });
  if (also === "its bytes") await rm(path, { force: true });
}

function pathOf(directory: string, url: string): string {
  return join(directory, hash("sha256", url, "hex").slice(0, 32));
}

let boot: { readonly id: string | undefined } | undefined;

/** Names this start of the machine; undefined on systems that do not tell. */
function bootId(): string | undefined {
  if (boot === undefined) {
    try {
      boot = { id: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() };
    } catch {
      boot = { id: undefined };
    }
  }
  return boot.id;
}
