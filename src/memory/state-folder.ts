import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** The word in place of a folder that has nothing remembered. */
const NOTHING = "none";

/**
 * Where this user's state is kept: `FANFETCH_STATE`, else `fanfetch` in `XDG_STATE_HOME` or
 * `~/.local/state` (XDG Base Directory Specification 0.8). Undefined where nothing is to be
 * remembered: `FANFETCH_STATE=none`, or no home.
 */
export function stateFolder(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const own = environment["FANFETCH_STATE"];
  if (own === NOTHING) return undefined;
  if (own !== undefined && own !== "") return resolve(own);
  const states = environment["XDG_STATE_HOME"];
  // The specification has relative ones ignored.
  if (states !== undefined && isAbsolute(states)) return join(states, "fanfetch");
  const home = homeOf(environment);
  return home === undefined ? undefined : join(home, ".local", "state", "fanfetch");
}

/** A user without a home (a container's number that no one has named) has nothing kept. */
function homeOf({ HOME: home }: Readonly<Record<string, string | undefined>>): string | undefined {
  if (home !== undefined && isAbsolute(home)) return home;
  try {
    const found = homedir();
    return isAbsolute(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
