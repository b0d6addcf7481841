import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** Copies a cookie jar into a folder, for those who read it and must not change it; gives the copy's path. */
export async function copyOfJar(jar: string, folder: string): Promise<string> {
  const copy = join(folder, basename(jar));
  // One that is not there is an empty jar; one that cannot be read is told of when it is opened.
  await copyFile(jar, copy).catch(() => {});
  return copy;
}
