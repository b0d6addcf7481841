import { open } from "node:fs/promises";
import { join } from "node:path";

import type { Row } from "../core/row.ts";
import { INPUT_FILE } from "../queue/input-copy.ts";
import type { Journal } from "../queue/journal.ts";
import {
  type FrontierLine,
  LineSplitter,
  parseFrontierLine,
  rowOfLine,
} from "../sources/frontier-line.ts";
import type { FrontierStore } from "../sources/frontier-store.ts";

/** A frontier in the directory of a run; disposing it closes its file. */
export interface FileStore extends FrontierStore, AsyncDisposable {}

/** Opens the frontier of a run: the journal's thread writes it, durable before what is committed after. */
export async function openFileStore(journal: Journal): Promise<FileStore> {
  const { run } = journal;
  const file = await open(join(run.directory, INPUT_FILE), "r");
  const { size } = await file.stat();
  return {
    size,
    append: (bytes) => journal.keepInput(bytes),
    async read(start, end) {
      const bytes = Buffer.allocUnsafe(end - start);
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) throw new Error(`the list of ${run.directory} is shorter than it was`);
        done += bytesRead;
      }
      return bytes;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/** All lines of a run's frontier, in batches. */
export async function* frontierLines(
  directory: string,
): AsyncGenerator<readonly FrontierLine[], void> {
  await using file = await open(join(directory, INPUT_FILE), "r");
  const splitter = new LineSplitter();
  for await (const piece of file.createReadStream({ autoClose: false })) {
    yield splitter.take(piece as Buffer).map(parseFrontierLine);
  }
}

/** All rows of a run's frontier, in batches. */
export async function* frontierRows(directory: string): AsyncGenerator<readonly Row[], void> {
  let number = 0;
  for await (const lines of frontierLines(directory)) {
    const rows: Row[] = [];
    for (const line of lines) {
      if (line.line !== "row") continue;
      number += 1;
      rows.push(rowOfLine(line, number));
    }
    yield rows;
  }
}
