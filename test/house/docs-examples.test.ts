import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startRehearsal } from "../../src/rehearsal/rehearsal.ts";
import { type Block, blocksOf, commandsOf, isExample } from "./examples.ts";
import { filesBelow, ROOT, textOf } from "./repo.ts";

/** Stands in the documents for the rehearsal server, whatever its port is here. */
const PLACEHOLDER = "http://localhost:8080";

const documents = ["README.md", ...filesBelow("docs", (name) => name.endsWith(".md"))].filter(
  (path) => existsSync(join(ROOT, path)),
);

let server: Awaited<ReturnType<typeof startRehearsal>>;
let shims: string;

beforeAll(async () => {
  server = await startRehearsal({});
  shims = mkdtempSync(join(tmpdir(), "fanfetch-shims-"));
  const shim = join(shims, "fanfetch");
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${ROOT}bin/fanfetch.js' "$@"\n`);
  chmodSync(shim, 0o755);
});

afterAll(async () => {
  await server.close();
  rmSync(shims, { recursive: true, force: true });
});

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** Runs a line as bash does, with `fanfetch` on the path and the placeholder's host replaced. */
function runInShell(line: string, directory: string): Promise<Ran> {
  const local = line
    .replaceAll(PLACEHOLDER, server.url.replace(/\/$/, ""))
    .replaceAll(/\bnpm start --/g, "fanfetch");
  const path = [shims, dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const child = spawn("bash", ["-c", local], {
    cwd: directory,
    env: {
      ...process.env,
      FANFETCH_STATE: join(directory, ".state"),
      PATH: path,
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ stdout, stderr, exitCode }));
  });
}

/** A file that a document shows: ```csv names.csv */
function fileNameOf(block: Block): string | undefined {
  return block.words.find((word) => /^[\w-]+(?:\/[\w-]+)*\.[a-z]+$/.test(word));
}

/** The exit code that a block declares: ```sh exit=1 */
function declaredExit(block: Block): number {
  const word = block.words.find((entry) => entry.startsWith("exit="));
  return word === undefined ? 0 : Number(word.slice("exit=".length));
}

test("README.md shows the command line at work", () => {
  const examples = blocksOf(textOf("README.md")).filter(isExample);
  expect(examples.length).toBeGreaterThan(0);
});

/** Documents that show something at work; the others have nothing to run. */
const showing = documents.filter((path) =>
  blocksOf(textOf(path)).some((block) => isExample(block) || block.words.includes("runnable")),
);

describe.each(showing)("%s", (path) => {
  const blocks = blocksOf(textOf(path));
  const directory = mkdtempSync(join(tmpdir(), "fanfetch-docs-"));
  for (const block of blocks) {
    const name = fileNameOf(block);
    if (name === undefined || block.words.includes("runnable")) continue;
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), block.text);
  }
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  // One after the other, in one folder: a later example may read what an earlier one wrote.
  for (const block of blocks.filter(isExample)) {
    if (block.words.includes("illustration")) {
      test.skip(`line ${block.line}: is an illustration and not run`, () => {});
      continue;
    }
    test(`line ${block.line}: runs and ends as it says`, async () => {
      const foreign = block.text.match(/https?:\/\/(?!localhost:8080)[^\s'"]+/g) ?? [];
      expect(foreign, "an example leaves this machine").toEqual([]);
      for (const { command, shown } of commandsOf(block.text)) {
        const ran = await runInShell(command, directory);
        expect(ran, command).toMatchObject({ exitCode: declaredExit(block) });
        expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
        if (shown.trim() !== "") expect(`${ran.stdout}${ran.stderr}`.trim()).not.toBe("");
        if (block.words.includes("exact")) expect(ran.stdout).toBe(shown);
      }
    });
  }

  for (const block of blocks.filter(({ words }) => words.includes("runnable"))) {
    test(`line ${block.line}: the program compiles and runs`, async () => {
      const project = join(directory, "program");
      mkdirSync(join(project, "node_modules"), { recursive: true });
      // As a user has it: the package below node_modules, found by its name.
      symlinkSync(ROOT, join(project, "node_modules/fanfetch"));
      writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
      writeFileSync(join(project, "tsconfig.json"), JSON.stringify(CONSUMER));
      writeFileSync(
        join(project, "example.ts"),
        block.text.replaceAll(PLACEHOLDER, server.url.replace(/\/$/, "")),
      );
      const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
      const types = spawnSync(process.execPath, [compiler, "-p", project], { encoding: "utf8" });
      expect(types.stdout).toBe("");
      const ran = await runInShell(`node '${join(project, "example.ts")}'`, directory);
      expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
      expect(ran.stdout).not.toBe("");
      rmSync(project, { recursive: true });
    });
  }
});

/** Settings that a careful user has. */
const CONSUMER = {
  compilerOptions: {
    ...{ target: "esnext", module: "nodenext", lib: ["esnext"], strict: true, noEmit: true },
    ...{ exactOptionalPropertyTypes: true, types: ["node"] },
    typeRoots: [join(ROOT, "node_modules/@types")],
  },
  files: ["example.ts"],
};
