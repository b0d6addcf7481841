// `npm start -- ARGS`: the command line from a checkout, built first where a source is newer.
import { fileURLToPath } from "node:url";

const BIN = new URL("../bin/fanfetch.js", import.meta.url);

/** Makes this process the command line: same stdin, stdout, signals and exit code. */
async function start(args: readonly string[]): Promise<void> {
  const { build, isStale } = await import("./build.ts");
  if (isStale()) build();
  process.argv.splice(1, process.argv.length, fileURLToPath(BIN), ...args);
  await import(BIN.href);
}

if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(
    `fanfetch: npm start needs the Node 24 of the lockfile, this is ${process.version}; run npm ci first\n`,
  );
  process.exitCode = 2;
} else {
  const args = process.argv.slice(2);
  try {
    await start(args.length === 0 ? ["demo"] : args);
  } catch (error) {
    process.stderr.write(`fanfetch: ${(error as Error).message}\n`);
    process.exitCode = 2;
  }
}
