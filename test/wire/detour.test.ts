import { expect, test } from "vitest";

import { startWorld } from "../support/world.ts";
import { openWire } from "./wire.ts";

/** A resolver that nobody may ask. */
function noResolver(): never {
  throw new Error("a name was looked up");
}

test("every connection leads to the stand-in, whatever scheme, name and port are asked for", async () => {
  await using world = await startWorld();
  await using wire = openWire({ http2: false, detour: world, resolve: noResolver });
  for (const url of [
    "http://nobody.invalid/echo?a=1",
    "https://nobody.invalid/echo",
    "https://nobody.invalid:8443/echo",
    "http://192.0.2.1:81/echo",
    "http://[2001:db8::1]/echo",
  ]) {
    const response = await wire.ask(url);
    expect(response.status).toBe(200);
    expect(response.url).toBe(url);
  }
  expect(world.seen.requests().map(({ host, target }) => host + target)).toEqual([
    "nobody.invalid/echo?a=1",
    "nobody.invalid/echo",
    "nobody.invalid:8443/echo",
    "192.0.2.1:81/echo",
    "[2001:db8::1]/echo",
  ]);
});

test("a proxy is not asked on a detour", async () => {
  await using world = await startWorld();
  await using proxy = await startWorld();
  await using wire = openWire({
    http2: false,
    detour: world,
    proxy: proxy.url,
    resolve: noResolver,
  });
  expect((await wire.ask("http://nobody.invalid/json/1")).status).toBe(200);
  expect((await wire.ask("https://nobody.invalid/json/1")).status).toBe(200);
  expect(proxy.seen.total).toBe(0);
});

test("origins keep connections of their own on a detour", async () => {
  await using world = await startWorld();
  await using wire = openWire({ http2: false, detour: world });
  const first = await wire.ask("https://one.invalid/json/1");
  const again = await wire.ask("https://one.invalid/json/2");
  const other = await wire.ask("https://two.invalid/json/1");
  expect([first, again, other].map(({ timing }) => timing.reused)).toEqual([false, true, false]);
});
