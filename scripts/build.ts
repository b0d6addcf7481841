// Builds dist/ from src/: `npm run build`, and `prepare` after every `npm ci`.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = join(ROOT, "src");
const BUILT = join(ROOT, "dist");
/** What else decides how the output looks. */
const SETTINGS = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"];
/** Carries the time of the sources that were built; a failed build leaves it old. */
const STAMP = join(BUILT, "index.js");
/** The command line in a few files: reading a hundred would take a third of its start-up. */
const BUNDLE = join(BUILT, "bin");

/** Packages of many files that every job needs, joined too: finding each of their files took longer than running them. */
const JOINED_PACKAGES = new Set(["yaml", "zod"]);

/** Beside the files that they were joined into. */
const LICENSES = "licenses.txt";

/** Whether a source is newer than what was built from it; reads times only, no content. */
export function isStale(): boolean {
  if (!existsSync(STAMP)) return true;
  const builtMs = statSync(STAMP).mtimeMs;
  return newestMs() > builtMs;
}

/**
 * Compiles every source, then removes what no source stands behind. Files are replaced one by one
 * and never all absent, so a command that runs meanwhile goes on.
 * @throws Error with the compiler's own words where the sources do not compile.
 */
export async function build(): Promise<void> {
  const startedMs = newestMs();
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [compiler, "-p", join(ROOT, "tsconfig.build.json"), "--noEmitOnError", "--pretty", "false"],
    { cwd: ROOT, encoding: "utf8" },
  );
  if (error !== undefined) throw new Error(`the compiler did not start: ${error.message}`);
  if (status !== 0) throw new Error(`src/ does not compile:\n${stdout}${stderr}`.trimEnd());
  removeOrphans();
  await bundle();
  if (existsSync(STAMP)) utimesSync(STAMP, startedMs / 1000, startedMs / 1000);
}

/**
 * Joins the modules of the command line, and those of the journal's thread into a file of its own,
 * packages left where they are; removes former chunks.
 */
async function bundle(): Promise<void> {
  const main = await joinModules({ main: join(BUILT, "cli", "main.js") }, "esm");
  const journal = join(BUILT, "queue", "journal-thread.js");
  // A thread has no compile cache, and is up 8 ms sooner without Node's loader of ES modules.
  const thread = await joinModules({ "journal-thread": journal }, "cjs");
  const written = new Set([...main, ...thread, LICENSES]);
  const texts = [...JOINED_PACKAGES].map((name) => {
    return `${name}\n\n${readFileSync(join(ROOT, "node_modules", name, "LICENSE"), "utf8")}`;
  });
  writeFileSync(join(BUNDLE, LICENSES), texts.join("\n\n"));
  for (const name of readdirSync(BUNDLE)) if (!written.has(name)) rmSync(join(BUNDLE, name));
}

/** Joins what an entry imports; gives the names of the files written. */
async function joinModules(
  input: Readonly<Record<string, string>>,
  format: "cjs" | "esm",
): Promise<readonly string[]> {
  const { rolldown } = await import("rolldown");
  await using joined = await rolldown({
    input,
    platform: "node",
    external: (id) => !/^[./]/.test(id) && !JOINED_PACKAGES.has(id),
    logLevel: "warn",
  });
  const { output } = await joined.generate({
    format,
    entryFileNames: format === "cjs" ? "[name].cjs" : "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  mkdirSync(BUNDLE, { recursive: true });
  for (const file of output) {
    const text = file.type === "chunk" ? asciiOnly(file.code) : file.source;
    writeFileSync(join(BUNDLE, file.fileName), text);
  }
  return output.map((file) => file.fileName);
}

/**
 * Writes every other character as its escape, which strings, templates and patterns know alike: V8 keeps the text
 * of a file with a single one beyond Latin-1 in two bytes per character. (`String.raw` would show the escape.)
 */
function asciiOnly(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Newest time of any source, folder of sources (a deletion touches only that) or setting. */
function newestMs(): number {
  const entries = readdirSync(SOURCES, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isDirectory() || isSource(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  paths.push(SOURCES, ...SETTINGS.map((name) => join(ROOT, name)));
  // Whole milliseconds, rounded up: utimes keeps fewer digits than stat tells.
  return Math.ceil(Math.max(...paths.map((path) => statSync(path).mtimeMs)));
}

function isSource(name: string): boolean {
  return name.endsWith(".ts") && !name.endsWith(".test.ts");
}

function removeOrphans(): void {
  for (const entry of readdirSync(BUILT, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (path.startsWith(BUNDLE)) continue;
    const source = relative(BUILT, path).replace(/(\.d\.ts|\.js)$/, ".ts");
    if (!existsSync(join(SOURCES, source)) || !isSource(source)) rmSync(path);
  }
}

if (import.meta.main) {
  try {
    await build();
  } catch (error) {
    process.stderr.write(`build: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
