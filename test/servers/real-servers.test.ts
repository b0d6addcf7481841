import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startCaddy } from "./caddy.ts";
import { fanfetch, type Ran } from "./command-line.ts";
import { LONG_ANSWER, PER_CONNECTION, startNginx } from "./nginx.ts";
import { isInstalled, type Seen, type Server } from "./server.ts";

const ROWS = 200;

const SERVERS = [
  {
    name: "nginx",
    installed: isInstalled("nginx", "-v"),
    start: startNginx,
    encodings: ["gzip"],
    closesAfter: PER_CONNECTION,
  },
  {
    name: "caddy",
    installed: isInstalled("caddy", "version"),
    start: startCaddy,
    encodings: ["gzip", "zstd"],
    closesAfter: undefined,
  },
] as const;

for (const { name, installed, start, encodings, closesAfter } of SERVERS) {
  if (!installed) {
    test.skip(`${name} is not installed: apt-get install ${name}`, () => {});
    continue;
  }

  describe(`${name}, a real one`, () => {
    const directory = mkdtempSync(join(tmpdir(), `fanfetch-${name}-`));
    const authority = { NODE_EXTRA_CA_CERTS: join(directory, "ca.pem") };
    let server: Server;
    let runs = 0;

    beforeAll(async () => {
      server = await start(directory);
    });
    afterAll(async () => {
      await server?.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    /** Runs in a folder of its own, with a table of 200 names beside it. */
    async function run(
      args: readonly string[],
      environment: Readonly<Record<string, string>> = {},
    ): Promise<Ran & { readonly file: (path: string) => string }> {
      runs += 1;
      const folder = join(directory, `run-${runs}`);
      mkdirSync(folder);
      const names = Array.from({ length: ROWS }, (_, index) => `name${index}\n`);
      writeFileSync(join(folder, "names.csv"), `name\n${names.join("")}`);
      const ran = await fanfetch(args, { directory: folder, environment });
      return { ...ran, file: (path) => readFileSync(join(folder, path), "utf8") };
    }

    /** What the server noted of the requests whose URI holds `mark`, after a command has ended. */
    async function seenWith(mark: string, count: number): Promise<readonly Seen[]> {
      // Servers write their log after the answer, so the last lines may come after the command's end.
      for (;;) {
        const seen = server.seen().filter(({ uri }) => uri.includes(mark));
        if (seen.length >= count) return seen;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }

    test("map joins 200 rows to their answers over plain HTTP", async () => {
      const url = `${server.plain}/plain?name={name}`;
      const ran = await run(["map", "names.csv", url, "--pick", "gender", "-o", "out.csv", "-q"]);
      expect(ran).toMatchObject({ exitCode: 0, stdout: "" });
      expect(namesWithGender(ran.file("out.csv"))).toEqual(allNames());
      const seen = await seenWith("/plain?", ROWS);
      expect(seen.length).toBe(ROWS);
      expect(seen.every(({ protocol }) => protocol === "HTTP/1.1")).toBe(true);
      expect(new Set(seen.map(({ connection }) => connection)).size).toBeLessThan(ROWS);
    });

    test("map keeps the input's order when asked, over TLS and HTTP/2", async () => {
      const url = `${server.secure}/secure?name={name}`;
      const args = ["map", "names.csv", url, "--pick", "gender,name", "--order", "input"];
      const ran = await run([...args, "-o", "out.jsonl"], authority);
      expect(ran.exitCode, ran.stderr).toBe(0);
      const records = ran
        .file("out.jsonl")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { name: string; gender: string });
      expect(records.map((record) => record.name)).toEqual(
        Array.from({ length: ROWS }, (_, index) => `name${index}`),
      );
      expect(records.every((record) => record.gender === "male")).toBe(true);
      const seen = await seenWith("/secure?", ROWS);
      expect(new Set(seen.map(({ uri }) => uri)).size).toBe(ROWS);
      expect(new Set(seen.map(({ protocol }) => protocol))).toEqual(new Set(["HTTP/2.0"]));
    });

    test("get shows a table with a line for each URL", async () => {
      const urls = [1, 2, 3, 4, 5].map((number) => `${server.plain}/table?name=${number}`);
      const ran = await run(["get", ...urls]);
      expect(ran.exitCode, ran.stderr).toBe(0);
      const lines = ran.stdout.split("\n").filter((line) => /^\s*200\s/.test(line));
      expect(lines.length).toBe(5);
      expect(ran.stderr).toContain("5 inputs = 5 answered + 0 failed + 0 skipped");
      expect((await seenWith("/table?", 5)).length).toBe(5);
    });

    test.each(encodings)("a body compressed with %s arrives decoded", async (encoding) => {
      const url = `${server.plain}/long.json?${encoding}`;
      const ran = await run(["get", url, "-H", `Accept-Encoding: ${encoding}`, "-o", "-", "-q"]);
      expect(ran.exitCode, ran.stderr).toBe(0);
      const record = JSON.parse(ran.stdout) as { body: unknown; bytes: number };
      const body = typeof record.body === "string" ? record.body : JSON.stringify(record.body);
      expect(body).toBe(LONG_ANSWER);
      expect(record.bytes).toBe(Buffer.byteLength(LONG_ANSWER));
      expect((await seenWith(`/long.json?${encoding}`, 1))[0]!.encoding).toBe(encoding);
    });

    test("compression is asked for without being told to", async () => {
      const ran = await run(["get", `${server.plain}/long.json?unasked`, "-o", "-", "-q"]);
      expect(ran.exitCode, ran.stderr).toBe(0);
      expect((await seenWith("/long.json?unasked", 1))[0]!.encoding).not.toBe("");
    });

    test("a certificate of an unknown authority is E_TLS and nothing is sent", async () => {
      const ran = await run(["get", `${server.secure}/unknown`, "-o", "-", "-q"]);
      expect(ran.exitCode).toBe(1);
      expect(JSON.parse(ran.stdout)).toMatchObject({ attempts: 1, error: { code: "E_TLS" } });
      expect(server.seen().filter(({ uri }) => uri === "/unknown")).toEqual([]);
    });

    test("a certificate that names another host is E_TLS", async () => {
      // Both servers listen there too, but their certificate is for localhost and 127.0.0.1.
      const url = `${server.secure.replace("localhost", "127.0.0.2")}/other-name`;
      const ran = await run(["get", url, "-o", "-", "-q"], authority);
      expect(ran.exitCode).toBe(1);
      expect(JSON.parse(ran.stdout)).toMatchObject({ attempts: 1, error: { code: "E_TLS" } });
    });

    test("--insecure of that host goes through, of another host does not", async () => {
      const url = `${server.secure}/insecure`;
      const through = await run(["get", url, "--insecure", "localhost", "-o", "-", "-q"]);
      expect(through.exitCode, through.stderr).toBe(0);
      expect((await seenWith("/insecure", 1)).length).toBe(1);
      const other = await run(["get", url, "--insecure", "example.org", "-o", "-", "-q"]);
      expect(JSON.parse(other.stdout)).toMatchObject({ error: { code: "E_TLS" } });
    });

    if (closesAfter !== undefined) {
      test("every row is answered at the first try over connections that the server closes", async () => {
        const seen = await mapOver(`${server.plain}/closing`, "--retries", "0");
        expect(seen.length).toBe(ROWS);
        expect(connectionsOf(seen)).toBeGreaterThanOrEqual(ROWS / closesAfter);
      });

      test("every row is answered over HTTP/2 connections that the server ends with GOAWAY", async () => {
        // undici drops what is under way when GOAWAY comes, so some rows are rightly asked again.
        const seen = await mapOver(`${server.secure}/goaway`);
        expect(new Set(seen.map(({ uri }) => uri)).size).toBe(ROWS);
        expect(connectionsOf(seen)).toBeGreaterThanOrEqual(ROWS / closesAfter);
      });
    }

    /** Maps the 200 names over a URL, checks that all came back, and tells what the server saw. */
    async function mapOver(base: string, ...options: readonly string[]): Promise<readonly Seen[]> {
      const args = ["map", "names.csv", `${base}?name={name}`, "--pick", "gender", ...options];
      const ran = await run([...args, "-o", "out.csv", "-q"], authority);
      expect(ran.exitCode, ran.stderr).toBe(0);
      expect(namesWithGender(ran.file("out.csv"))).toEqual(allNames());
      return seenWith(`${new URL(base).pathname}?`, ROWS);
    }
  });
}

function connectionsOf(seen: readonly Seen[]): number {
  return new Set(seen.map(({ connection }) => connection)).size;
}

function allNames(): readonly string[] {
  return Array.from({ length: ROWS }, (_, index) => `name${index}`).toSorted();
}

/** The names of a CSV output whose row has the gender that the server tells, sorted. */
function namesWithGender(csv: string): readonly string[] {
  const [head, ...rows] = csv.trimEnd().split(/\r?\n/);
  const gender = head!.split(",").indexOf("gender");
  return rows
    .map((row) => row.split(","))
    .filter((cells) => cells[gender] === "male")
    .map((cells) => cells[0]!)
    .toSorted();
}
