import { existsSync, constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, realpath } from "node:fs/promises";
import { join } from "node:path";

import { errorCode } from "./output-error.ts";

/** Linux lets a path begin at an open folder; elsewhere a folder is looked at again before its use. */
const DESCRIPTORS =
  process.platform === "linux" && existsSync("/proc/self/fd") ? "/proc/self/fd" : undefined;
const OPEN_FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0);
const NO_LINK = constants.O_NOFOLLOW ?? 0;

/**
 * An open folder that stays itself, whatever is renamed or put in its place: on Linux names in it are
 * resolved from its descriptor; on other systems `check` refuses when its path leads elsewhere by now.
 */
export class Folder implements AsyncDisposable {
  readonly #path: string;
  readonly #handle: FileHandle | undefined;
  readonly #identity: string;
  #nextSync: Promise<void> | undefined;
  #lastSync: Promise<void> = Promise.resolve();

  private constructor(path: string, handle: FileHandle | undefined, identity: string) {
    this.#path = path;
    this.#handle = handle;
    this.#identity = identity;
  }

  /** Opens a folder that its path names, symbolic links on the way included: the user's own word. */
  static async openRoot(path: string): Promise<Folder> {
    return await Folder.#open(await realpath(path), OPEN_FOLDER);
  }

  /**
   * Opens, or makes and opens, the folder `name` in this one; a symbolic link is refused.
   * @throws the system's error: ELOOP or ENOTDIR for a link or a file of that name.
   */
  async enter(name: string): Promise<Folder> {
    const path = await this.at(name);
    try {
      await mkdir(path);
      await this.sync();
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
    return await Folder.#open(path, OPEN_FOLDER | NO_LINK);
  }

  /** The path of a name in this folder, to be used at once. */
  async at(name: string): Promise<string> {
    if (DESCRIPTORS !== undefined) return `${DESCRIPTORS}/${this.#handle!.fd}/${name}`;
    if ((await identityOf(this.#path)) !== this.#identity) {
      throw Object.assign(new Error(`${this.#path} is not the folder it was`), { code: "ELOOP" });
    }
    return join(this.#path, name);
  }

  /**
   * Makes the names in the folder durable; those who ask while one sync runs share the next. After one
   * that failed all fail: a second try could succeed without having written what the first lost.
   */
  sync(): Promise<void> {
    if (process.platform === "win32") return Promise.resolve();
    this.#nextSync ??= this.#syncAfter(this.#lastSync);
    return this.#nextSync;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lastSync.catch(() => {});
    await this.#handle?.close();
  }

  async #syncAfter(running: Promise<void>): Promise<void> {
    await running;
    this.#lastSync = this.#nextSync!;
    this.#nextSync = undefined;
    await this.#handle!.sync();
  }

  static async #open(path: string, flags: number): Promise<Folder> {
    // Windows opens no folders; there the identity alone holds.
    const handle = process.platform === "win32" ? undefined : await open(path, flags);
    return new Folder(path, handle, await identityOf(path, handle));
  }
}

/** What a path or a handle stands for: a link is its own thing, not what it points to. */
async function identityOf(path: string, handle?: FileHandle): Promise<string> {
  const stats = handle === undefined ? await lstat(path) : await handle.stat();
  return `${stats.dev}:${stats.ino}`;
}
