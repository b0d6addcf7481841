import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

import { stateFolder } from "./state-folder.ts";

test.each([
  [{ FANFETCH_STATE: "/var/lib/ff", XDG_STATE_HOME: "/x", HOME: "/h" }, "/var/lib/ff"],
  [{ FANFETCH_STATE: "state" }, resolve("state")],
  [{ FANFETCH_STATE: "", XDG_STATE_HOME: "/x", HOME: "/h" }, "/x/fanfetch"],
  [{ XDG_STATE_HOME: "relative", HOME: "/h" }, "/h/.local/state/fanfetch"],
  [{ HOME: "/h" }, "/h/.local/state/fanfetch"],
  [{}, join(homedir(), ".local/state/fanfetch")],
  [{ FANFETCH_STATE: "none", HOME: "/h" }, undefined],
])("with %j the state is in %s", (environment, folder) => {
  expect(stateFolder(environment)).toBe(folder);
});
