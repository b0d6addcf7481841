import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { checkGenders, OURS, peerFile, remove, versionOf } from "./ground.ts";
import type { Peer } from "./interleave.ts";

/** Versions pinned, so that two runs of the benchmark measure the same thing. */
const GOT = ["got@14.4.7", "p-map@7.0.3"];
/** Debian's, which has Debian's packages. */
export const PYTHON = "/usr/bin/python3";

/** The job of `map`, as every competitor is given it. */
export interface MapJob {
  readonly directory: string;
  readonly table: string;
  readonly rows: number;
  /** `http://127.0.0.1:PORT` */
  readonly base: string;
}

/** Those who can run here, with what they are, and those who are missing, with how to get them. */
export interface Competitors {
  readonly peers: readonly Peer[];
  readonly versions: readonly string[];
  readonly missing: readonly string[];
}

/** Everyone who does the job of `map` on this machine; the hand-written loop is always among them. */
export function findCompetitors(job: MapJob): Competitors {
  const missing: string[] = [];
  const versions: string[] = [];
  const peers: Peer[] = [];
  const add = (peer: Peer, version: string | undefined, remedy: string): void => {
    if (version === undefined) missing.push(`${peer.name} (${remedy})`);
    else {
      peers.push(peer);
      versions.push(version);
    }
  };
  const curl = versionOf("curl", "--version")?.split(" ").slice(0, 2).join(" ");
  const wget = versionOf("wget2", "--version")?.match(/Wget2 [\d.]+/)?.[0];
  const aiohttp = python(
    "aiohttp, uvloop",
    "'aiohttp', aiohttp.__version__, 'uvloop', uvloop.__version__",
  );
  const scrapy = scrapyVersion();

  peers.push(
    ...ours(job),
    table(job, "undici loop", [process.execPath, peerFile("undici-loop.js")]),
  );
  const shell = (name: string, file: string): Peer => folder(job, name, ["sh", peerFile(file)]);
  add(shell("curl --parallel", "curl-parallel.sh"), curl, "apt-get install curl");
  add(shell("wget2", "wget2-threads.sh"), wget, "apt-get install wget2");
  add(
    table(job, "aiohttp + uvloop", [PYTHON, peerFile("aiohttp-loop.py")]),
    aiohttp,
    "apt-get install python3-aiohttp python3-uvloop",
  );
  const got = installGot(job.directory);
  add(
    table(job, "got + p-map", [process.execPath, got ?? ""]),
    got === undefined ? undefined : GOT.join(" ").replaceAll("@", " "),
    "npm could not install it",
  );
  add(
    table(job, "Scrapy", [PYTHON, peerFile("scrapy-spider.py")]),
    scrapy,
    "apt-get install python3-scrapy",
  );
  return { peers, versions, missing };
}

/** Records to stdout, as `> out.csv` would have them, and the same with a journal. */
function ours(job: MapJob): readonly Peer[] {
  const url = `${job.base}/?name={name}`;
  const map = [...OURS, "map", job.table, url, "--pick", "gender", "-j", "64", "--per-host", "64"];
  const peer = (
    name: string,
    file: string,
    command: (output: string) => readonly string[],
  ): Peer => {
    const output = join(job.directory, file);
    return {
      name,
      command: command(output),
      // Its runs' folder too: what an earlier run has answered is not asked again.
      reset: () => remove(output, join(job.directory, ".fanfetch")),
      check: () => checkGenders(output, job.rows),
    };
  };
  return [
    peer("fanfetch map", "fanfetch.csv", (output) => intoFile(output, [...map, "-q"])),
    peer("fanfetch map -o, journalled", "fanfetch-o.csv", (output) => [...map, "-q", "-o", output]),
  ];
}

/** What of Scrapy is here; undefined where it is missing. */
export function scrapyVersion(): string | undefined {
  return python("scrapy", "'Scrapy', scrapy.__version__");
}

function python(modules: string, print: string): string | undefined {
  return versionOf(PYTHON, "-c", `import ${modules}; print(${print})`);
}

/** A command whose stdout is a file: the shell opens it and is gone. */
export function intoFile(output: string, command: readonly string[]): readonly string[] {
  return ["sh", "-c", 'out=$1; shift; exec "$@" > "$out"', "sh", output, ...command];
}

/** A competitor that writes one table. */
function table(job: MapJob, name: string, program: readonly string[]): Peer {
  const output = join(job.directory, `${name.replaceAll(/\W+/g, "-")}.csv`);
  return {
    name,
    command: [...program, job.table, job.base, output],
    reset: () => remove(output),
    check: () => checkGenders(output, job.rows),
  };
}

/** A competitor that writes one file per answer. */
function folder(job: MapJob, name: string, program: readonly string[]): Peer {
  const output = join(job.directory, name.replaceAll(/\W+/g, "-"));
  return {
    name,
    command: [...program, job.table, job.base, output],
    reset: () => {
      remove(output);
      mkdirSync(output);
    },
    check: () => {
      const files = readdirSync(output).length;
      if (files !== job.rows) throw new Error(`${files} files of ${job.rows}`);
    },
  };
}

/** Installs got beside this run, never into the repo; the path of the competitor's file there. */
function installGot(directory: string): string | undefined {
  const home = join(directory, "got");
  const file = join(home, "got-loop.js");
  if (!existsSync(file)) {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), '{ "type": "module", "private": true }\n');
    const { status } = spawnSync(
      "npm",
      ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...GOT],
      {
        cwd: home,
        stdio: "ignore",
        timeout: 120_000,
      },
    );
    if (status !== 0) return undefined;
    copyFileSync(peerFile("got-loop.js"), file);
  }
  return file;
}
