import type { RowFormat } from "../formats/row-format.ts";

/** A stream whose beginning was looked at, whole again, and the format it seems to have. */
export interface Peeked {
  readonly format: RowFormat;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Tells a table's format by its first bytes, unless it is given: `[` is JSON, `{` JSON lines, a tab in
 * the first line TSV, anything else CSV. Reads the first line ahead and gives all chunks on.
 */
export async function peekFormat(
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  given: RowFormat | undefined,
): Promise<Peeked> {
  const reader =
    Symbol.asyncIterator in input ? input[Symbol.asyncIterator]() : input[Symbol.iterator]();
  if (given !== undefined) return { format: given, chunks: whole(undefined, reader) };
  // A first line may come in pieces; a person's typing certainly does.
  const beginning: Uint8Array[] = [];
  for (let bytes = 0; bytes < MOST_LOOKED_AT;) {
    const next = await reader.next();
    if (next.done === true) break;
    beginning.push(next.value);
    bytes += next.value.byteLength;
    if (next.value.includes(NEWLINE)) break;
  }
  const chunk = Buffer.concat(beginning);
  return { format: sniff(chunk), chunks: whole(chunk, reader) };
}

const MOST_LOOKED_AT = 4_096;
const NEWLINE = 0x0a;

function sniff(chunk: Uint8Array): RowFormat {
  const text = Buffer.from(chunk.subarray(0, MOST_LOOKED_AT))
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (text.startsWith("[")) return "json";
  if (text.startsWith("{")) return "jsonl";
  return (text.split("\n", 1)[0] ?? "").includes("\t") ? "tsv" : "csv";
}

async function* whole(
  first: Uint8Array | undefined,
  rest: AsyncIterator<Uint8Array> | Iterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first !== undefined) yield first;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    yield next.value;
  }
}
