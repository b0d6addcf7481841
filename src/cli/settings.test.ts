import { describe, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { parseCommandLine } from "./command-line.ts";
import { readSettings, type Settings } from "./settings.ts";

const FILES = new Map<string, Uint8Array>([
  ["form.txt", Buffer.from("a=1\n&b=2\r\n")],
  ["body.json", Buffer.from('{"a":\n1}')],
  ["image.png", Buffer.from([0x89, 0x50, 0xff])],
  ["headers.txt", Buffer.from("X-One: 1\n\nX-Two: 2\n")],
  [
    "copy.txt",
    Buffer.from("curl https://a.test/c -H 'X-A: copied' -H 'X-A: again' -H 'X-B: kept' -d q=1"),
  ],
]);

async function settings(...argv: readonly string[]): Promise<Settings> {
  const line = await parseCommandLine(argv);
  return await readSettings(line.command as "get" | "map", line, async (path) => {
    const found = FILES.get(path);
    if (found === undefined) throw new UsageError(`${path} cannot be read: there is no such file`);
    return found;
  });
}

const get = (...argv: readonly string[]): Promise<Settings> =>
  settings("get", "http://a.test/", ...argv);
const map = (...argv: readonly string[]): Promise<Settings> =>
  settings("map", "t.csv", "http://a.test/{x}", ...argv);

describe("defaults", () => {
  test("get shows the timing table in input order, map writes records as they arrive", async () => {
    expect((await get()).output).toMatchObject({
      kind: "timing-table",
      order: "input",
      existing: "refuse",
    });
    expect((await map()).output).toMatchObject({
      kind: "records",
      path: "-",
      format: undefined,
      order: "arrival",
      csvCells: "formula-safe",
      meta: "with meta",
    });
  });

  test("limits are auto, times in milliseconds", async () => {
    expect((await get()).session).toMatchObject({
      limits: { concurrency: "auto", perHost: "auto", rates: [] },
      timeoutMs: 30_000,
      connectTimeoutMs: 10_000,
      retries: 4,
      maxRetryAfterMs: 600_000,
    });
  });

  test("settings are frozen", async () => {
    expect(Object.isFrozen(await get())).toBe(true);
  });
});

describe("values", () => {
  test("quantities become numbers", async () => {
    const read = await get(
      "-j8",
      "--per-host",
      "4",
      "--rate",
      "10/s,5000/d",
      "--rate=100/m",
      "--timeout",
      "1m30s",
      "--max-bytes",
      "2MB",
      "--max-time",
      "1h",
      "--max-requests",
      "10",
      "--retries",
      "0",
    );
    expect(read.session).toMatchObject({
      limits: {
        concurrency: 8,
        perHost: 4,
        rates: [
          { count: 10, perMs: 1000 },
          { count: 5000, perMs: 86_400_000 },
          { count: 100, perMs: 60_000 },
        ],
      },
      timeoutMs: 90_000,
      retries: 0,
    });
    expect(read.caps).toEqual({ maxBytes: 2_000_000, maxTimeMs: 3_600_000, maxRequests: 10 });
  });

  test("--price and --max-cost are exact amounts, --wait is a wait", async () => {
    const read = await get("--price", "0.005", "--max-cost", "20", "--wait");
    expect(read.caps).toMatchObject({ price: 5_000_000_000n, maxCost: 20_000_000_000_000n });
    expect(read.limits).toEqual({ wait: "wait" });
    expect((await get()).limits).toEqual({ wait: "stop" });
  });

  test("--accept is a predicate", async () => {
    const { accept } = (await get("--accept", "2xx,404")).session;
    expect([204, 404, 500].map((status) => accept!(status))).toEqual([true, true, false]);
  });

  test("the last of two values holds, --no-csv-safe and --csv-safe undo each other", async () => {
    expect((await get("--retries", "1", "--retries", "2")).session.retries).toBe(2);
    expect((await map("--no-csv-safe", "--csv-safe")).output.csvCells).toBe("formula-safe");
    expect((await map("--csv-safe", "--no-csv-safe")).output.csvCells).toBe("verbatim");
  });

  test("-o tells the format by its extension; --save alone writes no records", async () => {
    expect((await get("-o", "-")).output).toMatchObject({
      kind: "records",
      format: "jsonl",
      path: "-",
    });
    expect((await get("-o", "x.TSV")).output.format).toBe("tsv");
    expect((await get("--save", "{n}.json")).output.kind).toBe("none");
    expect((await get("--pick", "a")).output).toMatchObject({
      kind: "records",
      format: "jsonl",
      picks: ["a"],
    });
  });

  test("--quiet beats --progress", async () => {
    expect((await get("-q", "--progress", "json")).progress).toBe("quiet");
  });
});

describe("requests as curl makes them", () => {
  test("-d is a POST of a form, several joined by &, files without their line ends", async () => {
    const { request } = await get("-d", "x=1", "-d", "@form.txt");
    expect(request).toMatchObject({
      method: "POST",
      headers: ["content-type", "application/x-www-form-urlencoded"],
      body: { kind: "form", content: "x=1&a=1&b=2" },
      duplicates: "each asked",
    });
  });

  test("--json sets method, content-type and accept, and reads files whole", async () => {
    const { request } = await get("--json", "@body.json");
    expect(request).toMatchObject({
      method: "POST",
      headers: ["content-type", "application/json", "accept", "application/json"],
      body: { kind: "json", content: '{"a":\n1}' },
    });
  });

  test("-d with a JSON content type is JSON; a binary file stays bytes", async () => {
    const json = await get("-H", "Content-Type: application/vnd.x+json", "-d", '{"a":1}');
    expect(json.request.body).toEqual({ kind: "json", content: '{"a":1}' });
    const bytes = await get("-H", "content-type: image/png", "-d", "@image.png");
    expect(bytes.request.body).toEqual({ kind: "bytes", content: FILES.get("image.png") });
  });

  test("-X wins over what a body implies", async () => {
    expect((await get("-X", "PUT", "-d", "a")).request.method).toBe("PUT");
    expect((await get("-X", "QUERY", "-d", "a")).request.duplicates).toBe("asked once");
  });

  test("-u and -b are secret headers", async () => {
    const { request } = await get("-u", "me:pass:word", "-b", "a=b", "-b", "c=d");
    expect(request.headers).toEqual([
      "authorization",
      `Basic ${btoa("me:pass:word")}`,
      "cookie",
      "a=b; c=d",
    ]);
    expect(request.secretHeaders).toEqual(["authorization", "cookie"]);
  });

  test.each([
    "X-API-Key",
    "X-Auth-Token",
    "Client-Secret",
    "Authorization",
    "Cookie",
    "X-Password",
  ])("-H %s is secret", async (name) => {
    expect((await get("-H", `${name}: v`)).request.secretHeaders).toEqual([name.toLowerCase()]);
  });

  test("'N;' sends an empty field, 'N:' removes one, @FILE reads fields", async () => {
    const { request } = await get("-H", "X-Empty;", "-H", "Accept:", "-H", "@headers.txt");
    expect(request.headers).toEqual(["X-Empty", "", "X-One", "1", "X-Two", "2"]);
    expect(request.removedHeaders).toEqual(["accept"]);
  });

  test("-A and -H User-Agent are the session's user agent, a template stays a header", async () => {
    expect((await get("-A", "random")).session.userAgent).toBe("random");
    const typed = await get("-H", "User-Agent: me");
    expect(typed.session.userAgent).toBe("me");
    expect(typed.request.headers).toEqual([]);
    expect((await map("-H", "User-Agent: {x}")).request.headers).toEqual(["User-Agent", "{x}"]);
  });

  test("what is typed replaces whole fields of the copied request", async () => {
    const read = await settings(
      "get",
      "--curl",
      "copy.txt",
      "-H",
      "X-A: typed",
      "-H",
      "X-A: twice",
    );
    expect(read.input).toEqual({ kind: "urls", urls: ["https://a.test/c"] });
    expect(read.request.headers).toEqual([
      "X-B",
      "kept",
      "content-type",
      "application/x-www-form-urlencoded",
      "X-A",
      "typed",
      "X-A",
      "twice",
    ]);
    expect(read.request).toMatchObject({ method: "POST", body: { kind: "form", content: "q=1" } });
  });
});

const HEADERS_OF_OURS = [
  "Content-Length",
  "content-length",
  "Transfer-Encoding",
  "Connection",
  "Upgrade",
  "Keep-Alive",
  "TE",
  "Trailer",
  "Expect",
  "Proxy-Authorization",
  "proxy-connection",
];

describe("what cannot be sent is refused in one sentence", () => {
  test.each(HEADERS_OF_OURS)("-H %s", async (name) => {
    await expect(get("-H", `${name}: 1`)).rejects.toThrow(UsageError);
    await expect(get("-H", `${name}: 1`)).rejects.toThrow(/cannot be set/);
  });

  test.each([
    ["a line end in a value", ["-H", "X: a\r\nY: b"]],
    ["a NUL in a value", ["-H", "X: a\0b"]],
    ["a blank in a name", ["-H", "X Y: b"]],
    ["a line end in a method", ["-X", "GET / HTTP/1.1\r\nX: y"]],
    ["an empty method", ["-X", ""]],
    ["a line end in a cookie", ["-b", "a=b\r\nX: y"]],
    ["a line end in a user agent", ["-A", "a\nb"]],
    ["a line end in credentials", ["-u", "a:b\nc"]],
    ["a second Host", ["-H", "Host: a", "-H", "host: b"]],
    ["a header without a colon", ["-H", "nonsense"]],
    ["a user without a password", ["-u", "me"]],
    ["a file as a cookie", ["-b", "cookies.txt"]],
    ["JSON that is none", ["--json", "{a:1}"]],
    ["a form and JSON", ["-d", "a", "--json", "{}"]],
    ["a file that is not there", ["-d", "@nope"]],
    ["a proxy that is no URL", ["-x", "proxy:3128"]],
    ["a wildcard of hosts", ["--insecure", "https://a/"]],
    ["a price of nothing", ["--price", "0"]],
    ["a cap on cost without a price", ["--max-cost", "1"]],
    ["a cap that pays for nothing", ["--price", "2", "--max-cost", "1"]],
    ["a rate of nothing", ["--rate", "0/s"]],
    ["a status that cannot be", ["--accept", "2xx,999x"]],
  ] as const)("%s", async (_, argv) => {
    await expect(get(...argv)).rejects.toThrow(UsageError);
    const error: Error = await get(...argv).then(
      () => new Error("nothing was refused"),
      (caught: Error) => caught,
    );
    expect(error.message).not.toMatch(/[\r\n\0]/);
  });

  test("a tab and a line end, which URL parsers drop in silence, in a URL", async () => {
    await expect(settings("get", "http://a.test/\tx")).rejects.toThrow(/holds a tab/);
    await expect(settings("get", "http://a.test/\nx")).rejects.toThrow(/control character \\x0a/);
  });

  test("a password is not repeated in a message", async () => {
    await expect(settings("get", "ftp://me:hunter2@a.test/")).rejects.toThrow(
      /^(?!.*hunter2).*ftp:/,
    );
    await expect(settings("get", "http://me:hunter2@")).rejects.toThrow(/^(?!.*hunter2)/);
  });
});
