import type { Listener } from "../core/event.ts";

/** One listener for all; the common single one is called as it is. */
export function toAll(listeners: readonly Listener[]): Listener {
  const [only, ...others] = listeners;
  if (only !== undefined && others.length === 0) return only;
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}
