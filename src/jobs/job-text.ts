import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Scalar,
} from "yaml";

import { UsageError } from "../core/usage-error.ts";
import { valueText } from "../formats/value-text.ts";
import { visible } from "../formats/visible.ts";
import { formatField, TextPlaces, type FieldPath } from "./field-place.ts";
import { sentenceOfYamlError } from "./yaml-errors.ts";

/** A job's text, read: plain values, and where each was written. */
export interface JobText {
  readonly data: unknown;
  readonly places: TextPlaces;
}

/** Longer than anybody writes by hand; a table belongs into a file of its own. */
const LONGEST_BYTES = 1024 * 1024;
/** Values in all, those that aliases repeat included: a few lines of them can stand for billions. */
const MOST_VALUES = 100_000;
const DEEPEST = 100;
/** Tags that say what a value is anyway. */
const TAGS = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/**
 * Reads YAML 1.2 (JSON is a part of it) with the core schema. `no`, `on` and dates are texts. A number
 * or a boolean that would be written otherwise (`00`, `1.10`, `1e3`, `True`) stays the text it is,
 * except below `json`, where it is what JSON has.
 * @throws UsageError `name:line:column: …` for what is no YAML, two keys of one name, a tag, two
 * documents, and for aliases that stand for too much.
 */
export function readJobText(text: string, name: string): JobText {
  if (Buffer.byteLength(text) > LONGEST_BYTES) {
    throw new UsageError(
      `${name} is longer than 1 MB; put its rows into a table and name it in rows`,
    );
  }
  const counter = new LineCounter();
  const places = new TextPlaces(name, (offset) => counter.linePos(offset));
  const document = parsed(text, name, counter);
  const [fault] = document.errors;
  if (fault !== undefined) {
    const field = fieldAt(document, fault.pos[0]);
    throw new UsageError(`${places.at(fault.pos[0])}: ${field}${sentenceOfYamlError(fault, text)}`);
  }
  const version = document.directives.yaml;
  if (version.explicit === true && version.version !== "1.2") {
    throw new UsageError(`${places.at(0)}: job files are YAML 1.2, not ${version.version}`);
  }
  if (document.contents === null) {
    throw new UsageError(`${places.at(0)}: the job is empty; it needs at least steps`);
  }
  const reader = new NodeReader(places);
  return { data: reader.read(document.contents, [], 0), places };
}

function parsed(text: string, name: string, lineCounter: LineCounter): Document.Parsed {
  try {
    return parseDocument(text.replace(/^\ufeff/, ""), {
      lineCounter,
      prettyErrors: false,
      schema: "core",
      version: "1.2",
      logLevel: "error",
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${name}:1:1: the job is nested too deeply`, { cause: error });
  }
}

/** Makes plain values of nodes and notes their places. */
class NodeReader {
  readonly #places: TextPlaces;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(places: TextPlaces) {
    this.#places = places;
  }

  read(node: Node | null, path: FieldPath, keyOffset: number): unknown {
    if (node === null) return null;
    const isEmpty = isScalar(node) && node.value === null && node.source === "";
    const offset = isEmpty ? keyOffset : (node.range?.[0] ?? keyOffset);
    this.#places.add(path, { key: keyOffset, value: offset });
    this.#values += 1;
    if (this.#values > MOST_VALUES) {
      const words = "makes the job hold more than 100,000 values";
      throw new UsageError(
        `${this.#places.of(path.slice(0, 2), "key")}: ${formatField(path.slice(0, 2))} ${words}`,
      );
    }
    if (path.length > DEEPEST) throw this.#fault(path, offset, "is nested too deeply");
    if (isAlias(node)) {
      const value = this.read(this.#target(node.source, path, offset), path, keyOffset);
      this.#places.add(path, { key: keyOffset, value: offset });
      return value;
    }
    if (node.tag !== undefined && !TAGS.test(node.tag)) throw this.#tagged(node, path, offset);
    if ("anchor" in node && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return valueOf(node, path);
    this.#open.add(node);
    const value = isSeq(node)
      ? node.items.map((item, index) => this.read(item as Node | null, [...path, index], offset))
      : this.#members(node, path, offset);
    this.#open.delete(node);
    return value;
  }

  #members(node: Node, path: FieldPath, offset: number): unknown {
    if (!isMap(node)) throw this.#fault(path, offset, "is nothing that a job has");
    const entries = node.items.map(({ key, value }) => {
      const at = (key as Node | null)?.range?.[0] ?? offset;
      if (!isScalar(key) || key.value === null) {
        throw this.#fault(path, at, "has a key that is no text; write it in quotes");
      }
      const name = key.source ?? valueText(key.value);
      const inner = [...path, name];
      if (name === "__proto__") throw this.#fault(inner, at, "is not a name that a key can have");
      if (value === null) this.#places.add(inner, { key: at, value: at });
      return [name, this.read(value as Node | null, inner, at)] as const;
    });
    return Object.fromEntries(entries);
  }

  #target(name: string, path: FieldPath, offset: number): Node {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const words = `repeats *${name}, but nothing before it is called &${name}; a text that begins with * needs quotes`;
      throw this.#fault(path, offset, words);
    }
    if (this.#open.has(target)) throw this.#fault(path, offset, `repeats itself in *${name}`);
    return target;
  }

  #tagged(node: Node, path: FieldPath, offset: number): UsageError {
    const hint = "job files have no tags; a text that begins with ! needs quotes";
    return this.#fault(
      path,
      offset,
      `has the tag ${visible((node.tag ?? "!").replace(/^tag:yaml\.org,2002:/, "!!"))}; ${hint}`,
    );
  }

  #fault(path: FieldPath, offset: number, what: string): UsageError {
    return new UsageError(`${this.#places.at(offset)}: ${formatField(path)} ${what}`);
  }
}

/** Whether a field is below the `json` of a step: there a number is a number however it is written. */
function isJson(path: FieldPath): boolean {
  return path[0] === "steps" && path[2] === "json";
}

function valueOf({ value, source, type }: Scalar, path: FieldPath): unknown {
  if (type !== "PLAIN" || source === undefined || value === null) return value;
  if (typeof value === "string" || valueText(value) === source) return value;
  if (!isJson(path)) return source;
  if (typeof value !== "number") return value;
  if (/^-?\d+$/.test(source) && !Number.isSafeInteger(value)) return BigInt(source);
  return Number.isFinite(value) ? value : source;
}

/** `url: ` of the innermost field that an offset is in, as far as the text could be read. */
function fieldAt(document: Document.Parsed, offset: number): string {
  const path: (string | number)[] = [];
  let node: unknown = document.contents;
  while (isMap(node) || isSeq(node)) {
    const [start, end] = node.range ?? [0, offset + 1];
    // What ends before the fault, or begins with it, is not what it is in.
    if (path.length > 0 && (end <= offset || start === offset)) break;
    const items: readonly unknown[] = node.items;
    const startOf = (item: unknown): number => {
      const first = (item as { key?: Node }).key ?? (item as Node | null);
      return first?.range?.[0] ?? 0;
    };
    const index = items.findLastIndex((item) => startOf(item) <= offset);
    if (index === -1) break;
    const item = items[index];
    if (isSeq(node)) {
      path.push(index);
      node = item;
    } else {
      const { key, value } = item as { key: unknown; value: unknown };
      if (!isScalar(key)) break;
      path.push(valueText(key.value));
      node = value;
    }
  }
  return path.length === 0 ? "" : `${formatField(path)} `;
}
