import { open } from "node:fs/promises";

/** Makes the names in a folder durable. @throws the system's error */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and keeps names with their files.
  if (process.platform === "win32") return;
  await using handle = await open(path);
  await handle.sync();
}
