/** A member of an answer's objects, and where it stands. */
export interface AnswerMember {
  readonly name: string;
  readonly value: unknown;
  /** JMESPath of the member. */
  readonly path: string;
  /** JMESPath of the object that it is a member of; empty for the answer itself. */
  readonly parent: string;
  readonly siblings: Readonly<Record<string, unknown>>;
}

/** Objects looked into, and members of each: an answer may be one object of a million. */
const MOST_OBJECTS = 200;
const MOST_MEMBERS = 200;
const DEEPEST = 4;

/**
 * The members of an answer's objects, level by level, at most four deep; lists are not entered, since
 * what says how to go on does not stand in an item.
 */
export function membersOf(json: unknown): readonly AnswerMember[] {
  const members: AnswerMember[] = [];
  let level: { readonly value: object; readonly path: string }[] = isObject(json)
    ? [{ value: json, path: "" }]
    : [];
  let objects = 0;
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1) {
    const below: typeof level = [];
    for (const { value: parent, path } of level) {
      objects += 1;
      if (objects > MOST_OBJECTS) return members;
      for (const [name, value] of Object.entries(parent).slice(0, MOST_MEMBERS)) {
        const place = joined(path, name);
        const siblings = parent as Readonly<Record<string, unknown>>;
        members.push({ name, value, path: place, parent: path, siblings });
        if (isObject(value)) below.push({ value, path: place });
      }
    }
    level = below;
  }
  return members;
}

/** The JMESPath of a member. */
export function joined(parent: string, name: string): string {
  const step = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
  return parent === "" ? step : `${parent}.${step}`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
