import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { type Clock, sleep, systemClock } from "../core/clock.ts";
import { isRefusal } from "../core/disk-error.ts";
import type { BodyFile } from "../core/response.ts";
import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { createGate } from "../policy/gate.ts";
import { collisionKey } from "../protocol/file-name.ts";
import { type ClaimedNames, createClaimedNames } from "./claimed-names.ts";
import { exists } from "./exists.ts";
import { fewNames } from "./few-names.ts";
import { Folder } from "./folder.ts";
import { createFolderTree, type FolderTree } from "./folder-tree.ts";
import { makeFolders, removeEmpty } from "./make-folders.ts";
import { errorCode, outputError, reasonOf } from "./output-error.ts";
import { PathTaken, placeFile, probe } from "./place-file.ts";
import { removeLeftovers } from "./remove-leftovers.ts";
import type { SavedBody } from "./sink.ts";

/** Where answers are saved. */
export interface FileSinkOptions {
  /** The folder that holds them all; it is made where it is missing. */
  readonly root: string;
  /**
   * What becomes of a file that is there and was not saved by this sink. `own` is for a run that goes
   * on: what stands at a claimed path was saved before it stopped, and is replaced.
   */
  readonly exists: "refuse" | "overwrite" | "own";
  /** Paths below the root whose files may be replaced, whatever `exists` says. @default none */
  readonly isOwn?: ((path: string) => boolean) | undefined;
  /** What becomes of a file that may be replaced and holds the same bytes. @default "replaced" */
  readonly unchanged?: "left" | "replaced" | undefined;
  /** Files being saved at once; fewer once the system has no more descriptors. @default 32 */
  readonly atOnce?: number | undefined;
  /**
   * Letters, digits, `-` and `_` that no other run shares: temporary files are `.fanfetch-<id>-N.part`,
   * and those that a kill left in a folder are removed when it is first used. @default by chance
   */
  readonly id?: string | undefined;
  /** For the wait when the system has no more descriptors. @default the machine's */
  readonly clock?: Clock | undefined;
}

/** A file that was saved. */
export interface SavedFile {
  /** The path as one would type it: `root` as it was given, and the name below it. */
  readonly path: string;
  readonly bytes: number;
}

/** Saves one file per answer; calls may overlap. */
export interface FileSink extends AsyncDisposable {
  /**
   * The safe path below the root for what `key` names; it belongs to this key from now on. A text's
   * `/` separate folders; in a list of parts a `/` is a character like others. Claimed in the order of
   * the input before anything is sent, names are the same on every run. See `ClaimedNames`.
   */
  claim: ClaimedNames["claim"];
  /**
   * Whether something that is not its own stands at a claimed path; a promise where the disk is asked.
   * @throws DiskError
   */
  has(path: string): Promise<boolean> | boolean;
  /**
   * Saves a body at the path that `claim` gives: once it resolves, the whole file is durable under its
   * name, where never a part of it stands. A body's file is moved in. The same path and key again
   * replace what they saved.
   * @throws PathTaken when something stands in the way (this row's failure), DiskError (the run's)
   */
  save(
    wanted: string | readonly string[],
    key: string,
    body: Uint8Array | BodyFile,
  ): Promise<SavedFile>;
  /**
   * The same for what a record carries: at the path that is claimed for it, with the time that it tells.
   * Without a body, resolves once the file that is being saved there is whole.
   */
  take(saved: SavedBody): Promise<SavedFile>;
  /** Waits for the saves under way and lets the folders go; a root that it made and left empty is removed. */
  close(): Promise<void>;
}

/** The process or the system has no descriptor left: others will give theirs back. */
const OUT_OF_DESCRIPTORS: ReadonlySet<string | undefined> = new Set(["EMFILE", "ENFILE"]);
/** Tries of one save that found no descriptor; the waits between them double and come to 6 s. */
const MOST_TRIES = 8;
const FIRST_WAIT_MS = 50;

/** A path that leads through a file or a link, or to a folder. */
const IN_THE_WAY: ReadonlySet<string | undefined> = new Set(["EISDIR", "ELOOP", "ENOTDIR"]);

/**
 * Opens a folder to save answers in. Nothing is ever written outside it: it is held open from now on,
 * and no symbolic link below it is followed. Files appear whole: written beside their place, synced,
 * given their name, and the folder synced; saves that end together share that last sync.
 * @throws UsageError for a name that cannot be a folder, DiskError where the disk refuses.
 * @throws TypeError for an id that is none.
 */
export async function openFileSink(options: FileSinkOptions): Promise<FileSink> {
  const { root, id } = options;
  if (id !== undefined && !/^[\w-]+$/.test(id)) throw new TypeError(`"${id}" is no id of a run`);
  // No other run uses these names, and no saved file begins with a dot.
  const prefix = `.fanfetch-${id ?? randomBytes(6).toString("hex")}`;
  const prepare =
    id === undefined ? undefined : (opened: Folder) => removeLeftovers(opened, prefix);
  let folder: Folder | undefined;
  let made: readonly string[] = [];
  try {
    made = await makeFolders(root);
    folder = await Folder.openRoot(root);
    await prepare?.(folder);
    const mode = await probe(await folder.at(`${prefix}-0.part`));
    return createFileSink({
      ...options,
      tree: createFolderTree(folder, { prepare }),
      prefix,
      mode,
      made,
    });
  } catch (error) {
    await folder?.[Symbol.asyncDispose]();
    await removeEmpty(made);
    if (isRefusal(error)) throw outputError(root, error);
    throw new UsageError(`cannot save files in ${visible(root)}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** What is saved, and when it was changed. */
type Bytes = Pick<SavedBody, "body" | "modifiedMs">;
type Whole = Bytes & { readonly body: Uint8Array | BodyFile };

interface OpenedOptions extends FileSinkOptions {
  readonly tree: FolderTree;
  readonly prefix: string;
  readonly mode: number;
  /** Folders that were not there before. */
  readonly made: readonly string[];
}

function createFileSink(options: OpenedOptions): FileSink {
  const { root, tree, mode, clock = systemClock, isOwn = () => false } = options;
  const names = createClaimedNames();
  const gate = createGate(options.atOnce ?? 32);
  const underWay = new Map<string, Promise<unknown>>();
  let temporaries = 0;
  /** In the root when the first asked. */
  let found: ReadonlySet<string> | "many" | undefined;
  /** The first refusal of the disk: those who wait or come after it need not find out for themselves. */
  let refusal: Error | undefined;

  /** Does file work, with few others; where it finds no descriptor it is done again, with fewer. */
  async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        using _permit = gate.tryAcquire() ?? (await gate.acquire());
        if (refusal !== undefined) throw refusal;
        return await work();
      } catch (error) {
        const isShort = OUT_OF_DESCRIPTORS.has(errorCode(error));
        if (!isShort || tries === MOST_TRIES) throw told(path, error);
      }
      // Those who meet the same shortage are still in: together they halve the number once.
      gate.resize(Math.max(1, Math.min(gate.limit, gate.inFlight >> 1)));
      await tree.keepNoneIdle();
      await sleep(clock, FIRST_WAIT_MS * 2 ** (tries - 1));
    }
  }

  function told(path: string, error: unknown): unknown {
    const code = errorCode(error);
    if (code === undefined) return error;
    const shown = join(root, path);
    if (!IN_THE_WAY.has(code)) {
      refusal ??= outputError(shown, error);
      return refusal;
    }
    return new PathTaken(`cannot save ${visible(shown)}: ${reasonOf(error)}`, { cause: error });
  }

  async function place(path: string, { body, modifiedMs }: Whole): Promise<void> {
    temporaries += 1;
    const temporary = `${options.prefix}-${temporaries}.part`;
    const refused = options.exists === "refuse" && !names.isWritten(path) && !isOwn(path);
    await tree.within(path, (folder, name) =>
      placeFile(body, {
        folder,
        name,
        temporary,
        exists: refused ? "refuse" : "overwrite",
        unchanged: refused ? "replaced" : options.unchanged,
        mode,
        modifiedMs,
        shown: join(root, path),
      }),
    );
    names.written(path);
  }

  async function close(): Promise<void> {
    while (underWay.size > 0) await Promise.allSettled(underWay.values());
    await tree[Symbol.asyncDispose]();
    await removeEmpty(options.made);
  }

  async function take(path: string, { body, modifiedMs }: Bytes): Promise<SavedFile> {
    const shown = join(root, path);
    const earlier = underWay.get(path);
    if (body === undefined) {
      await earlier;
      return { path: shown, bytes: 0 };
    }
    const saving = (async () => {
      await earlier?.catch(() => {});
      await guarded(path, () => place(path, { body, modifiedMs }));
    })();
    underWay.set(path, saving);
    try {
      await saving;
    } finally {
      if (underWay.get(path) === saving) underWay.delete(path);
    }
    return { path: shown, bytes: body instanceof Uint8Array ? body.byteLength : body.bytes };
  }

  async function findFirst(path: string): Promise<boolean> {
    found = (await guarded("", () => fewNames(tree.root))) ?? "many";
    return await sink.has(path);
  }

  const sink: FileSink = {
    claim: (wanted, key, claiming) => names.claim(wanted, key, claiming),
    has(path) {
      // Few have none of the names already; whatever comes meanwhile is met when saving.
      if (found === undefined) return findFirst(path);
      if (found !== "many" && !found.has(collisionKey(path.split("/", 1)[0]!))) return false;
      return guarded(path, async () => !isOwn(path) && exists(await tree.root.at(path)));
    },
    save: (wanted, key, body) => take(names.claim(wanted, key), { body }),
    take: (saved) => take(saved.at ?? names.claim(saved.path, saved.key), saved),
    close,
    [Symbol.asyncDispose]: close,
  };
  return sink;
}
