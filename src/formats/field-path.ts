/** A member's name or an array's index, counted from the end where it is negative. */
export type PathStep = string | number;

const STEP = /(?:^|\.)([A-Za-z_]\w*)|\[(-?\d+)\]/y;

/**
 * The steps of a JMESPath expression that is only a path (`a`, `a.b`, `a[0].b`, `a[-1]`), or undefined
 * where it is more than that and needs the library.
 */
export function parseFieldPath(text: string): readonly PathStep[] | undefined {
  if (text.startsWith(".")) return undefined;
  const steps: PathStep[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (match === null) return undefined;
    steps.push(match[1] ?? Number(match[2]));
  }
  return steps.length === 0 ? undefined : steps;
}

/** Follows a path as JMESPath does: own members and elements only, null where there is none. */
export function followPath(steps: readonly PathStep[], start: unknown): unknown {
  let value = start;
  for (const step of steps) {
    if (typeof value !== "object" || value === null) return null;
    if (Array.isArray(value)) value = typeof step === "number" ? value.at(step) : null;
    else
      value = typeof step === "string" && Object.hasOwn(value, step) ? value[step as never] : null;
  }
  return value ?? null;
}
