import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import type { EarlierAnswer, Validators } from "../core/earlier-answer.ts";
import type { ResponseHeaders } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import type { BodyFile } from "../core/response.ts";
import { validatorsOf } from "../protocol/validators.ts";
import { type KeptReader, readKeptAnswers } from "../queue/kept-reader.ts";
import { openDatabase } from "../queue/open-database.ts";
import type { Task } from "../queue/queue.ts";
import { outcomeRows } from "../report/outcome-rows.ts";
import { questionIdentity } from "../report/question-identity.ts";
import { createClaimedNames } from "../sinks/claimed-names.ts";
import { openToRead } from "./open-to-read.ts";
import type { Saving } from "./work-claims.ts";

/** What an earlier run was answered to a question; without validators nobody can ask whether it has changed. */
export type Earlier = Omit<EarlierAnswer, "validators"> & {
  readonly validators: Validators | undefined;
};

/** The answers of an earlier run, by what was asked. */
export interface EarlierRun extends Disposable {
  /** The answer to a question; undefined where it has none that could be given again. */
  find(request: HttpRequest): Earlier | undefined;
  /** The paths below the root that its rows claimed, answered or not. */
  paths(): Iterable<string>;
}

/** How an earlier run is read. */
export interface EarlierOptions {
  /** Its requests, made from its input again. */
  readonly batches: AsyncIterable<readonly Task[]>;
  /** Where it saved its answers; undefined where it did not. */
  readonly saving: Saving | undefined;
  /** Bodies above this size are given as the files in which they are. */
  readonly largestInMemoryBytes: () => number;
  /** Counted of bodies that are given as files. */
  readonly hash: "sha256" | "none";
}

/** Where an answer is: in a file, or among those that were kept. */
interface Place {
  readonly url: string;
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly bytes: number;
  readonly checksum: number;
  /** 0 where none is kept. */
  readonly kept: number;
  readonly path: string | undefined;
}

/**
 * Reads which questions an earlier run has answered, into a table of SQLite's in a file without a name, so
 * that memory does not grow with it. Bodies are read when they are asked for.
 * @throws UsageError where its journal cannot be read
 */
export async function openEarlierRun(
  directory: string,
  options: EarlierOptions,
): Promise<EarlierRun> {
  const { batches, saving } = options;
  using opened = new DisposableStack();
  const store = opened.use(openToRead(directory));
  const kept = readKeptAnswers(store.database, directory);
  if (kept !== undefined) opened.use(kept);
  const table = opened.adopt(openDatabase(""), (database) => database.close());
  table.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;
    CREATE TABLE earlier (id TEXT PRIMARY KEY, place TEXT) WITHOUT ROWID;
    CREATE TABLE claimed (path TEXT); BEGIN`);
  const insert = table.prepare("INSERT OR IGNORE INTO earlier VALUES (?, ?)");
  const claim = table.prepare("INSERT INTO claimed VALUES (?)");
  const names = createClaimedNames();
  for await (const { record, detail, task } of outcomeRows(store, batches)) {
    if (task === undefined) continue;
    const claimed = saving && nameOf(task, saving, names);
    const name = detail?.saved?.file ?? claimed;
    if (name !== undefined) claim.run(name);
    const path = name === undefined ? undefined : join(saving!.root, name);
    if (record.kind !== "answered") continue;
    const { status, bytes, checksum, kept: id } = record;
    if (id === 0 && path === undefined) continue;
    const { redirects, headers = {} } = detail ?? {};
    const url = redirects?.at(-1) ?? task.request.url;
    const place: Place = { url, status, headers, bytes, checksum, kept: id, path };
    insert.run(questionIdentity(task.request), JSON.stringify(place));
  }
  table.exec("COMMIT");
  const select = table.prepare("SELECT place FROM earlier WHERE id = ?");
  const held = opened.move();
  return {
    find(request) {
      const found = select.get(questionIdentity(request))?.["place"];
      if (typeof found !== "string") return undefined;
      const place = JSON.parse(found) as Place;
      const { url, status, headers } = place;
      const validators = validatorsOf(headers, Date.now());
      return { url, status, headers, validators, body: () => bodyOf(place, kept, options) };
    },
    *paths() {
      for (const { path } of table.prepare("SELECT path FROM claimed").iterate()) {
        yield path as string;
      }
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** Claimed for every row that is saved, answered or not: a name depends on those before it. */
function nameOf(
  task: Task,
  { name }: Saving,
  names: ReturnType<typeof createClaimedNames>,
): string | undefined {
  if (name.isSaved?.(task) === false) return undefined;
  return names.claim(name.pathOf(task), name.keyOf(task));
}

async function bodyOf(
  place: Place,
  kept: KeptReader | undefined,
  { largestInMemoryBytes, hash }: EarlierOptions,
): Promise<Uint8Array | BodyFile | undefined> {
  const { path, bytes, checksum, kept: id } = place;
  try {
    if (id !== 0) return kept?.get(id);
    if (path === undefined || (await stat(path)).size !== bytes) return undefined;
    if (bytes > largestInMemoryBytes()) return await lentFile(path, place, hash);
    const body = await readFile(path);
    return crc32(body) === checksum ? body : undefined;
  } catch {
    // Taken away, or damaged: it is asked for again.
    return undefined;
  }
}

async function lentFile(
  path: string,
  { bytes, checksum }: Place,
  hash: "sha256" | "none",
): Promise<BodyFile | undefined> {
  let sum = 0;
  const sha256 = hash === "sha256" ? createHash("sha256") : undefined;
  for await (const piece of createReadStream(path)) {
    sum = crc32(piece as Buffer, sum);
    sha256?.update(piece as Buffer);
  }
  if (sum !== checksum) return undefined;
  const hashed = sha256 === undefined ? {} : { sha256: sha256.digest("hex") };
  return { path, bytes, checksum, owner: "lent", ...hashed };
}
