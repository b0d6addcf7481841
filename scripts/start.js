// `npm start -- ARGS`: the command line from a checkout, built first where a source is newer. Plain
// JavaScript, so that an older Node comes as far as the guard.
import { fileURLToPath } from "node:url";

const BIN = new URL("../bin/fanfetch.js", import.meta.url);

/**
 * Makes this process the command line: same stdin, stdout, signals and exit code.
 * @param {readonly string[]} args
 */
async function start(args) {
  const { build, isStale } = await import("./build.ts");
  if (isStale()) await build();
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
    process.stderr.write(`fanfetch: ${error.message}\n`);
    process.exitCode = 2;
  }
}
