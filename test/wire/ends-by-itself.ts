// A process of its own for stopping.test.ts: asks, closes, and tells what still keeps it alive.
import { setTimeout as sleep } from "node:timers/promises";

import { openWire } from "./wire.ts";

const [, , url, silent] = process.argv;
const wire = openWire();
const asked = [wire.ask(url!), wire.ask(silent!), wire.ask(silent!)].map((one) =>
  one.catch(() => undefined),
);
await Promise.race([asked[0], sleep(200, undefined, { ref: false })]);
await wire[Symbol.asyncDispose]();
await Promise.all(asked);
// Sockets tell of their end on a later turn.
await sleep(50);
const kept = process.getActiveResourcesInfo().filter((name) => !/^(?:Pipe|TTY|File)/.test(name));
process.stdout.write(JSON.stringify(kept));
