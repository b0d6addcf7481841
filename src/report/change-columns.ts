import { redactUrl } from "../formats/redact-url.ts";
import type { Judgement } from "./change.ts";
import type { FoundPair } from "./found-table.ts";

/** A thing that is not what it was. */
export interface ChangedThing extends FoundPair, Judgement {
  /** Of a job: the step that asks for it. */
  readonly step: string | undefined;
}

/** The columns of changes; sizes in bytes, rows counted from 1 in their own run. */
export const CHANGE_COLUMNS: readonly string[] = Object.freeze(
  "change by step key url rowBefore row statusBefore status bytesBefore bytes code".split(" "),
);

/** The values of a change by column, without secrets; null where there is none. */
export function changeValues(thing: ChangedThing): readonly unknown[] {
  const { change, by, step, key, url, before, after } = thing;
  return [
    change,
    by,
    step ?? null,
    redactUrl(key),
    redactUrl(url),
    before?.row ?? null,
    after?.row ?? null,
    before?.status ?? null,
    after?.status ?? null,
    before === undefined || before.status === null ? null : before.bytes,
    after === undefined || after.status === null ? null : after.bytes,
    after?.code ?? null,
  ];
}

/** A change as JSON tells it: names are added, none changes. */
export function changeToJson(thing: ChangedThing): object {
  const values = changeValues(thing);
  return Object.fromEntries(CHANGE_COLUMNS.map((name, index) => [name, values[index]]));
}
