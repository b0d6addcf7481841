/** Where a field stands in a job: keys and positions, from the top. */
export type FieldPath = readonly (string | number)[];

/** The field as a person writes it: `steps[0].headers.user-agent`, `params["a b"]`; "the job" for the whole. */
export function formatField(path: FieldPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text === "" ? "the job" : text;
}

/** Where fields were written. */
export interface FieldPlaces {
  /** `players.yaml:5:7` of a field's key or of its value; of what holds it, where it is not written at all. */
  of(path: FieldPath, part: "key" | "value"): string;
  /** Order in the text, from 0; larger is later. */
  positionOf(path: FieldPath): number;
}

/** Offsets of a field in the text. */
interface FieldOffsets {
  readonly key: number;
  readonly value: number;
}

/** The places of a text's fields, as its reader finds them. */
export class TextPlaces implements FieldPlaces {
  readonly #name: string;
  readonly #lineColumn: (offset: number) => { readonly line: number; readonly col: number };
  readonly #offsets = new Map<string, FieldOffsets>();

  /** Places in the text called `name`; `lineColumn` counts from 1. */
  constructor(name: string, lineColumn: (offset: number) => { line: number; col: number }) {
    this.#name = name;
    this.#lineColumn = lineColumn;
  }

  add(path: FieldPath, offsets: FieldOffsets): void {
    this.#offsets.set(JSON.stringify(path), offsets);
  }

  /** The place of an offset, whatever stands there. */
  at(offset: number): string {
    const { line, col } = this.#lineColumn(offset);
    // The library counts columns of an empty text from 0.
    return `${this.#name}:${Math.max(1, line)}:${Math.max(1, col)}`;
  }

  of(path: FieldPath, part: "key" | "value"): string {
    const found = this.#offsets.get(JSON.stringify(path));
    if (found !== undefined) return this.at(found[part]);
    return path.length === 0 ? this.at(0) : this.of(path.slice(0, -1), "value");
  }

  positionOf(path: FieldPath): number {
    const found = this.#offsets.get(JSON.stringify(path));
    if (found !== undefined) return found.value;
    return path.length === 0 ? 0 : this.positionOf(path.slice(0, -1));
  }
}

/** The places of a job that is a program's value: only its file is known. */
export function placesOfModule(name: string): FieldPlaces {
  return { of: () => name, positionOf: () => 0 };
}
