import { posix } from "node:path";
import { expect, test } from "vitest";

import { importsOf } from "./imports.ts";
import { filesBelow, sourceFiles, textOf } from "./repo.ts";

/** The floors of docs/architecture.md, lowest first; folders on one floor do not know each other. */
const FLOORS: readonly (readonly string[])[] = [
  ["core"],
  ["policy", "protocol", "formats"],
  ["transport"],
  ["middleware"],
  ["engine"],
  ["sources", "sinks", "queue", "memory"],
  ["jobs", "report"],
  ["runs"],
  ["cluster"],
  ["cli"],
];
/** Stands beside the house: what it may use, and who may use it. */
const REHEARSAL = { uses: ["core", "formats"], usedBy: ["cli", "testing.ts"] };

interface Edge {
  readonly from: string;
  readonly to: string;
}

const files = sourceFiles();
const edges: readonly Edge[] = files.flatMap((from) =>
  importsOf(textOf(from))
    .filter((name) => name.startsWith("."))
    .map((name) => ({ from, to: posix.join(posix.dirname(from), name) })),
);

/** `core` for src/core/row.ts, `index.ts` for src/index.ts. */
function roomOf(path: string): string {
  return path.split("/")[1]!;
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

function isAllowed(edge: Edge): boolean {
  const [from, to] = [roomOf(edge.from), roomOf(edge.to)];
  if (from === to) return true;
  if (to === "rehearsal") return REHEARSAL.usedBy.includes(from);
  if (from === "rehearsal") return REHEARSAL.uses.includes(to);
  // The curated lists look into every room but the command line's; nobody looks into the lists.
  if (from === "index.ts" || from === "testing.ts") return to !== "cli" && floorOf(to) >= 0;
  return floorOf(to) >= 0 && floorOf(to) < floorOf(from);
}

test("the scan looked at the house and not at an empty folder", () => {
  expect(files.length).toBeGreaterThan(20);
  expect(edges.length).toBeGreaterThan(files.length / 2);
});

test("every file lives in a room that has a floor", () => {
  const rooms = new Set(files.map(roomOf));
  const known = new Set([...FLOORS.flat(), "rehearsal", "index.ts", "testing.ts"]);
  expect([...rooms].filter((room) => !known.has(room))).toEqual([]);
});

test("a file imports only from its own room and from lower floors", () => {
  expect(edges.filter((edge) => !isAllowed(edge))).toEqual([]);
});

test("the rule refuses what it is there to refuse", () => {
  const refused = [
    { from: "src/core/a.ts", to: "src/policy/b.ts" },
    { from: "src/policy/a.ts", to: "src/formats/b.ts" },
    { from: "src/engine/a.ts", to: "src/cli/b.ts" },
    { from: "src/transport/a.ts", to: "src/rehearsal/b.ts" },
    { from: "src/rehearsal/a.ts", to: "src/engine/b.ts" },
    { from: "src/cli/a.ts", to: "src/index.ts" },
    { from: "src/runs/a.ts", to: "src/cli/b.ts" },
  ];
  expect(refused.filter(isAllowed)).toEqual([]);
});

test("an import names the .ts file it means", () => {
  const known = new Set(filesBelow("src", (name) => name.endsWith(".ts")));
  expect(edges.filter((edge) => !known.has(edge.to))).toEqual([]);
});

test("only the transport's undici files know undici", () => {
  const knowing = files.filter((file) =>
    importsOf(textOf(file)).some((name) => name === "undici" || name.startsWith("undici/")),
  );
  expect(knowing.filter((file) => !/^src\/transport\/undici[^/]*\.ts$/.test(file))).toEqual([]);
});
