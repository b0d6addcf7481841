import { expect, test } from "vitest";

import { mostConnections } from "./most-connections.ts";

/** As Linux writes it. */
const limits = (descriptors: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     
Max processes             95989                95989                processes 
Max open files            ${descriptors.padEnd(20)} 524288               files     
Max locked memory         8388608              8388608              bytes     
`;

test("connections leave room for files, and there is always one", () => {
  expect(mostConnections(limits("1024"))).toBe(968);
  expect(mostConnections(limits("64"))).toBe(8);
  expect(mostConnections(limits("20"))).toBe(1);
});

test("where the system tells no limit there is none", () => {
  expect(mostConnections(limits("unlimited"))).toBe(Infinity);
  expect(mostConnections("")).toBe(Infinity);
  expect(mostConnections()).toBeGreaterThan(1);
});
