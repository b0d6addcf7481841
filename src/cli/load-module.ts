import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

import { UsageError } from "../core/usage-error.ts";

/**
 * What a module of the user's exports. It may import `fanfetch` wherever it lies: where none is installed
 * beside it, that is this one. @throws UsageError where it cannot be loaded, or throws
 */
export async function loadModule(path: string, name: string): Promise<unknown> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (specifier !== "fanfetch") throw error;
        return { url: import.meta.resolve("fanfetch"), shortCircuit: true };
      }
    },
  });
  try {
    return (await import(pathToFileURL(path).href)) as unknown;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // A module may throw anything.
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${name} cannot be loaded: ${why}`, { cause: error });
  } finally {
    hooks.deregister();
  }
}
