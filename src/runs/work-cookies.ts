import { RunStopped } from "./run-stopped.ts";
import { randomUUID } from "node:crypto";
import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { devNull } from "node:os";
import { dirname, extname, join } from "node:path";

import type { Middleware } from "../core/send.ts";
import { systemWords } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { cookies, createCookieStore, type StoredCookie } from "../middleware/cookies.ts";
import {
  type CookieFileFormat,
  formatCookies,
  formatOfCookies,
  parseCookies,
} from "./cookie-file.ts";

/** The cookies of a run and the file that keeps them. */
export interface OpenCookies {
  readonly middleware: Middleware;
  /** Writes them whole or not at all, readable by their owner alone. Rejects with the file system's error. */
  save(): Promise<void>;
}

/**
 * Opens the jar of --cookie-jar: one that is not there is empty, `/dev/null` forgets. It is written in
 * the format it has; a new one as curl writes it where its name ends in .txt, else as JSON.
 * @throws UsageError for a file that is no jar, or a place where none can be written.
 */
export async function openCookies(path: string): Promise<OpenCookies> {
  const store = createCookieStore();
  const middleware = cookies(store);
  if (path === devNull) return { middleware, save: () => Promise.resolve() };
  const jar = await readJar(path);
  for (const [index, cookie] of jar.cookies.entries()) {
    try {
      store.add(cookie);
    } catch (error) {
      const words = `--cookie-jar: ${path}: cookie ${index + 1}: ${(error as Error).message}`;
      throw new UsageError(words, { cause: error });
    }
  }
  return {
    middleware,
    save: () => replaceFile(jar.target, formatCookies(store.all(), jar.format)),
  };
}

interface Jar {
  /** The file itself, where the path is a link to it. */
  readonly target: string;
  readonly format: CookieFileFormat;
  readonly cookies: readonly StoredCookie[];
}

async function readJar(path: string): Promise<Jar> {
  try {
    const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    // Found out now rather than when the answers are paid for.
    await probe(target ?? path);
    const format = extname(path).toLowerCase() === ".txt" ? "netscape" : "json";
    if (target === undefined) return { target: path, format, cookies: [] };
    if (!(await stat(target)).isFile()) throw new UsageError(`--cookie-jar: ${path} is no file`);
    const text = await readFile(target, "utf8");
    const found = formatOfCookies(text) ?? format;
    return { target, format: found, cookies: parseCookies(text, found, path) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = systemWords(error as NodeJS.ErrnoException);
    throw new UsageError(`--cookie-jar: ${path}: ${why}`, { cause: error });
  }
}

/** Rejects where no file can be put beside `path`. */
async function probe(path: string): Promise<void> {
  const part = partOf(path);
  const file = await open(part, "wx", 0o600);
  await file.close();
  await rm(part);
}

function partOf(path: string): string {
  return join(dirname(path), `.${randomUUID()}.part`);
}

/** Writes beside the file, then takes its place, so that a crash leaves the old or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  const part = partOf(path);
  try {
    await using file = await open(part, "wx", 0o600);
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await rename(part, path);
}

/** Kept however the runs ended: what servers set before a stop is still true. */
export async function saveCookies(jar: OpenCookies | undefined): Promise<void> {
  try {
    await jar?.save();
  } catch (error) {
    const words = `--cookie-jar: the cookies could not be kept: ${(error as Error).message}`;
    throw new RunStopped("disk", words, { cause: error });
  }
}
