import { statSync } from "node:fs";
import { resolve } from "node:path";

import { formatCount, formatSize } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import type { JournalStore } from "../queue/journal-store.ts";

/** The job of a run, as far as its outputs are concerned. */
interface OutputJob {
  readonly cwd: string;
  readonly values: readonly (readonly [string, readonly string[]])[];
  /** Of a job's step, in place of options. */
  readonly writes?: {
    readonly output?: string;
    readonly save?: string;
    readonly merge?: string;
  };
}

/** An output of a run. Sizes in bytes. */
export type RunOutput =
  | {
      readonly kind: "table";
      readonly path: string;
      /** Bytes of it that the journal counts as written; null where it does not say. */
      readonly writtenBytes: number | null;
      /** Its length now; null where it is not there. */
      readonly foundBytes: number | null;
    }
  | { readonly kind: "stdout" }
  | { readonly kind: "files"; readonly template: string };

/** Where the answers of a run went, and where its table stands. */
export function outputsOf(store: JournalStore): readonly RunOutput[] {
  const { cwd, values, writes } = store.fact<OutputJob>("job")!;
  const last = (name: string): string | undefined =>
    values.find(([one]) => one === name)?.[1].at(-1);
  const outputs: RunOutput[] = [];
  const [path, template] = writes ? [writes.output, writes.save] : [last("output"), last("save")];
  const book = writes ? writes.merge : last("merge");
  const isFolder = path?.endsWith("/") === true;
  if (path !== undefined && path !== "-" && !isFolder) {
    const full = resolve(cwd, path);
    const standing = store.fact<{ bytes: number } | null>("standing");
    const found = statSync(full, { throwIfNoEntry: false });
    outputs.push({
      kind: "table",
      path: full,
      writtenBytes: standing?.bytes ?? null,
      foundBytes: found?.size ?? null,
    });
  } else if (path === "-" || (writes ?? template ?? book ?? path) === undefined) {
    outputs.push({ kind: "stdout" });
  }
  if (isFolder) outputs.push({ kind: "files", template: resolve(cwd, path) });
  if (book !== undefined) outputs.push({ kind: "files", template: resolve(cwd, book) });
  if (template !== undefined) outputs.push({ kind: "files", template: resolve(cwd, template) });
  return outputs;
}

/** An output in words; `held` are records that wait for their turn. */
export function outputWords(output: RunOutput, held: number): string {
  if (output.kind === "stdout") return "stdout";
  if (output.kind === "files") return visible(output.template);
  const { path, writtenBytes, foundBytes } = output;
  const waiting = held === 0 ? "" : `, ${formatCount(held)} records wait for their turn`;
  return `${visible(path)}   ${tableWords(writtenBytes, foundBytes)}${waiting}`;
}

function tableWords(written: number | null, found: number | null): string {
  if (written === null) return "nothing was written yet";
  if (found === null) return "is not there any more";
  if (found < written) {
    return `is shorter than it was: ${formatSize(found)} of ${formatSize(written)}`;
  }
  return `${formatSize(written)} written`;
}
