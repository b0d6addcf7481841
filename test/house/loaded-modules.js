// Preloaded by start-up.test.ts: writes what a process has loaded, at its end, to FANFETCH_LOADED.
import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { isMainThread } from "node:worker_threads";

const files = [];
registerHooks({
  load(url, context, nextLoad) {
    files.push(url);
    return nextLoad(url, context);
  },
});
// The journal's thread is preloaded too, and ends at the same time.
process.on("exit", () => {
  if (!isMainThread) return;
  const builtins = process.moduleLoadList.map((entry) => entry.replace(/^\w+ /, ""));
  writeFileSync(process.env.FANFETCH_LOADED, JSON.stringify({ files, builtins }));
});
