import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

import { type Ground, OURS, writeNames } from "./ground.ts";
import { machine, type Section, table } from "./results.ts";

/** Limits that are met over the real wire, one after the other. */
const MODELS: readonly (readonly [string, string])[] = [
  ["bucket 100/s, depth 100", "bucket:100/s,burst=100"],
  ["window 50 in 1 s, Retry-After", "window:50/1s,retry-after"],
  ["window 50 in 1 s, RateLimit", "window:50/1s,headers=ietf"],
  ["sliding 50 in 1 s", "sliding:50/1s"],
  ["8 places, 503", "places:8,status=503"],
  ["queue of 20 workers", "queue:20"],
  ["bucket 100/s halves 6–12 s", "bucket:100/s,burst=100,share=0.5@6s-12s"],
];

/** More rows than any of them lets through. */
const ROWS = 20_000;
const SECONDS = 20;

/** What `rehearse` found, as far as it is shown. */
interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly checks: readonly {
    readonly name: string;
    readonly result: string;
    readonly evidence: string;
  }[];
}

/** How much of what real servers of this machine allow is got by the whole command, by the servers' own count. */
export async function benchRehearsals(ground: Ground): Promise<Section> {
  const rows = writeNames(ground.directory, ROWS);
  const lines: string[][] = [];
  for (const [name, model] of MODELS) {
    const { passed, failed, checks } = await rehearse(rows, model);
    const of = (part: string): string =>
      checks.find((check) => check.name.includes(part))?.evidence ?? "–";
    const failures = checks.filter(({ result }) => result === "failed");
    lines.push([
      name,
      of("allowed is used"),
      of("refused"),
      failures.length === 0
        ? `all ${passed} that apply`
        : `${failed} failed: ${failures.map((check) => check.name).join(", ")}`,
    ]);
  }
  return {
    name: "rehearsals",
    text: [
      machine([`Node ${process.version}`]),
      `The same over the real wire: \`fanfetch rehearse map\` for ${SECONDS} s each, 50 ms an answer, nothing declared, nothing known before. The server's own log is the judge; client and server share two cores.`,
      table(["server", "used", "refused", "promises"], lines),
    ].join("\n\n"),
  };
}

async function rehearse(rows: string, model: string): Promise<Report> {
  const [node, ...bin] = OURS;
  const child = spawn(
    node!,
    [
      ...[...bin, "rehearse", "map", rows, "https://api.example.com/?name={name}"],
      ...["--model", model, "--latency", "50ms", "--max-time", `${SECONDS}s`],
      ...["--progress", "none", "--format", "json"],
    ],
    { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, FANFETCH_STATE: "none" } },
  );
  return JSON.parse(await text(child.stdout)) as Report;
}
