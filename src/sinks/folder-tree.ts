import type { Folder } from "./folder.ts";

/** The folders below a root, made where they miss and opened as they are needed. */
export interface FolderTree extends AsyncDisposable {
  readonly root: Folder;
  /** Does work in the folder of a relative path, given the path's last name; it stays open meanwhile. */
  within<T>(path: string, work: (folder: Folder, name: string) => Promise<T>): Promise<T>;
  /** From now on a folder is open only while someone works in it: there are no descriptors to spare. */
  keepNoneIdle(): Promise<void>;
}

interface Entry {
  readonly opening: Promise<Folder>;
  users: number;
}

/** Folders kept open though nobody works in them: those of the next rows are often the same. */
const MOST_IDLE = 32;

/** How a folder below the root is opened. */
export interface FolderTreeOptions {
  /**
   * Done in each folder when it is first opened, before anyone works in it; again where it failed. A
   * list of their paths is kept where this is given. @default nothing
   */
  readonly prepare?: ((folder: Folder) => Promise<void>) | undefined;
}

/** The tree of a root, which it closes with the others. */
export function createFolderTree(root: Folder, options: FolderTreeOptions = {}): FolderTree {
  const { prepare } = options;
  const prepared = new Set<string>();
  let mostIdle = MOST_IDLE;
  /** By path, the least recently used first. */
  const entries = new Map<string, Entry>();

  const closeIdle = async (most: number): Promise<void> => {
    let excess = entries.size - most;
    for (const [path, entry] of entries) {
      if (excess <= 0) return;
      if (entry.users > 0) continue;
      entries.delete(path);
      excess -= 1;
      await (await entry.opening)[Symbol.asyncDispose]();
    }
  };

  const enter = async (parent: Folder, path: string): Promise<Folder> => {
    const folder = await parent.enter(path.slice(path.lastIndexOf("/") + 1));
    if (prepare === undefined || prepared.has(path)) return folder;
    try {
      await prepare(folder);
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
    prepared.add(path);
    return folder;
  };

  const use = async <T>(path: string, work: (folder: Folder) => Promise<T>): Promise<T> => {
    if (path === "") return await work(root);
    const slash = path.lastIndexOf("/");
    const entry = entries.get(path) ?? {
      opening: use(path.slice(0, Math.max(slash, 0)), (parent) => enter(parent, path)),
      users: 0,
    };
    entries.delete(path);
    entries.set(path, entry);
    entry.users += 1;
    try {
      let folder: Folder;
      try {
        folder = await entry.opening;
      } catch (error) {
        // The next one tries again: what stood in the way may be gone.
        if (entries.get(path) === entry) entries.delete(path);
        throw error;
      }
      return await work(folder);
    } finally {
      entry.users -= 1;
      await closeIdle(mostIdle);
    }
  };

  return {
    root,
    within(path, work) {
      const slash = path.lastIndexOf("/");
      return use(path.slice(0, Math.max(slash, 0)), (folder) =>
        work(folder, path.slice(slash + 1)),
      );
    },
    keepNoneIdle() {
      mostIdle = 0;
      return closeIdle(0);
    },
    async [Symbol.asyncDispose]() {
      await closeIdle(0);
      await root[Symbol.asyncDispose]();
    },
  };
}
