import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

const NAMES = "name\na\nb\nc\n";

test("a POST that a kill interrupted is listed and not sent again, unless it is named", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("names.csv", NAMES);
  const words = ["map", "names.csv", world.at("/hang/then/echo?n={name}"), "-X", "POST"];
  const killed = await fanfetch(...words, "--pick", "method", "-o", "out.csv")
    .in(folder)
    .kill("SIGKILL")
    .after(world.seen.reached(3));
  expect(killed.signal).toBe("SIGKILL");

  const resumed = await fanfetch("resume").in(folder);
  expect(resumed.exitCode, resumed.stderr).toBe(1);
  expect(resumed.stderr).toContain("0 answered + 3 failed");
  expect(world.seen.total).toBe(3);
  const table = await folder.read("out.csv");
  expect(table.match(/E_UNKNOWN_EFFECT/g)).toHaveLength(3);

  const others = await fanfetch("retry").in(folder);
  expect(others.exitCode).toBe(1);
  expect(world.seen.total).toBe(3);

  const named = await fanfetch("retry", "--only", "E_UNKNOWN_EFFECT").in(folder);
  expect(named.exitCode, named.stderr).toBe(0);
  expect(world.seen.total).toBe(6);
  expect((await fanfetch("verify").in(folder)).exitCode).toBe(0);
});

test("a POST that carries an Idempotency-Key is sent again with the same key", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("names.csv", NAMES);
  await fanfetch(
    ...["map", "names.csv", world.at("/hang/then/echo?n={name}"), "-X", "POST"],
    ...["-H", "Idempotency-Key: order-{name}", "-o", "out.csv"],
  )
    .in(folder)
    .kill("SIGKILL")
    .after(world.seen.reached(3));
  const resumed = await fanfetch("resume").in(folder);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  const keys = world.seen.requests().map(({ headers }) => headers["idempotency-key"]);
  const times = Map.groupBy(keys, (key) => key);
  expect([...times.values()].map((asked) => asked.length)).toEqual([2, 2, 2]);
  expect(new Set(times.keys())).toEqual(new Set(["order-a", "order-b", "order-c"]));
});
