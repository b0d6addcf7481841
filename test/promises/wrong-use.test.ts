import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

const BIN = resolve(import.meta.dirname, "../../bin/fanfetch.js");

let folder = "";
let server: Server;
let connections = 0;
let url = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfetch-wrong-use-"));
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    ["names.csv", "name,country_id\nAda,DE\nBob,US\n"],
    ["ragged.csv", "name,country_id\nAda,DE,x\n"],
    ["quote.csv", 'name\n"Ada\nBob\n'],
    ["twice.csv", "name,name\nAda,Bob\n"],
    ["latin1.csv", Buffer.from("name\nJos\xe9\n", "latin1")],
    ["broken.jsonl", '{"name":"Ada"\n'],
    ["there.csv", "mine\n"],
    ["urls.txt", "ftp://a.test/\n"],
    ["copy.txt", "curl 'https://a.test/' $(touch pwned)\n"],
  ];
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  await mkdir(join(folder, "folder.csv"));
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

interface Told {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function fanfetch(argv: readonly string[]): Promise<Told> {
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, FANFETCH_DEBUG: "", NO_COLOR: "1" },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** What was typed, `URL` for the server's address, and what the one sentence must say. */
const CASES: readonly (readonly [what: string, argv: readonly string[], says: RegExp])[] = [
  ["no command", [], /say what to do/],
  ["an unknown command", ["gett", "URL"], /did you mean "get"\?/],
  ["a URL for a command", ["URL"], /a URL is not a command/],
  ["a crawl without a start", ["crawl"], /crawl needs a URL to begin at/],
  ["a crawl's credentials in a URL", ["crawl", "http://me:secret@a.example/"], /from -u/],
  [
    "a selector that is none",
    ["crawl", "http://127.0.0.1:1/", "--follow", "a["],
    /not a CSS selector/,
  ],
  [
    "a book that is no PDF",
    ["crawl", "http://127.0.0.1:1/", "--merge", "b.txt"],
    /a book is a \.pdf/,
  ],
  ["a command of a later version", ["worker"], /worker is not there yet/],
  [
    "an unknown option",
    ["get", "URL", "--retires", "3"],
    /--retires is not an option of get; did you mean "--retries"\?/,
  ],
  ["an option of a later version", ["get", "URL", "--har", "x.har"], /--har .*not there yet/],
  ["an option of another command", ["get", "URL", "--no-meta"], /belongs to map/],
  ["a value that is missing", ["get", "URL", "--timeout"], /--timeout needs a value/],
  [
    "a duration that is none",
    ["get", "URL", "--timeout", "soon"],
    /--timeout: "soon" is not a duration/,
  ],
  ["a choice that is none", ["get", "URL", "--order", "inputs"], /did you mean "input"\?/],
  ["no URL", ["get"], /get needs a URL/],
  ["a URL without a scheme", ["get", "example.com"], /did you mean "https:\/\/example\.com"\?/],
  ["a URL of another scheme", ["get", "URL", "ftp://a.test/"], /not an http or https URL/],
  ["a bad URL in a list", ["get", "--from", "urls.txt"], /urls\.txt:1.*ftp:/],
  ["a list that is not there", ["get", "--from", "nope.txt"], /nope\.txt.*no such file/],
  ["no template", ["map", "names.csv"], /needs a URL template/],
  ["a table that is not there", ["map", "nmaes.csv", "URL/?n={name}"], /nmaes\.csv.*no such file/],
  ["a table that is a folder", ["map", "folder.csv", "URL/?n={name}"], /folder\.csv.*folder/],
  [
    "a table of an unknown format",
    ["map", "copy.txt", "URL/?n={name}", "--format", "cvs"],
    /did you mean "csv"\?/,
  ],
  [
    "an unknown template variable",
    ["map", "names.csv", "URL/?n={nmae}"],
    /names\.csv has no column "nmae".*did you mean "name"\?/,
  ],
  [
    "an unknown variable in a header",
    ["map", "names.csv", "URL/?n={name}", "-H", "X: {contry_id}"],
    /"contry_id".*did you mean "country_id"\?/,
  ],
  [
    "an unknown filter",
    ["map", "names.csv", "URL/?n={name}", "--save", "{name|undrscore}.json"],
    /"undrscore".*did you mean "underscore"\?/,
  ],
  ["a template that is never closed", ["map", "names.csv", "URL/?n={name"], /template/],
  [
    "a row with too many cells",
    ["map", "ragged.csv", "URL/?n={name}"],
    /ragged\.csv:2: 3 cells, but the header has 2/,
  ],
  [
    "a quote that is never closed",
    ["map", "quote.csv", "URL/?n={name}"],
    /quote\.csv:2: a quote is opened and never closed/,
  ],
  [
    "a header that names a column twice",
    ["map", "twice.csv", "URL/?n={name}"],
    /twice\.csv.*"?name"?/,
  ],
  ["text that is not UTF-8", ["map", "latin1.csv", "URL/?n={name}"], /latin1\.csv:2.*UTF-8/],
  ["a line that is not JSON", ["map", "broken.jsonl", "URL/?n={name}"], /broken\.jsonl:1/],
  ["a bad JMESPath", ["map", "names.csv", "URL/?n={name}", "--pick", "a[?"], /a\[\?/],
  ["a bad JSONPath", ["map", "names.csv", "URL/?n={name}", "--pick", "x=$.["], /\$\.\[/],
  ["a bad CSS selector", ["map", "names.csv", "URL/?n={name}", "--pick", "x=css:a["], /css:a\[/],
  ["a bad condition", ["get", "URL", "--fail-if", "status!="], /status!=/],
  [
    "an output that is there",
    ["map", "names.csv", "URL/?n={name}", "-o", "there.csv"],
    /there\.csv exists.*--force/,
  ],
  [
    "an output in no folder",
    ["map", "names.csv", "URL/?n={name}", "-o", "no/where.csv"],
    /no\/where\.csv/,
  ],
  [
    "an output that is the input",
    ["map", "names.csv", "URL/?n={name}", "-o", "names.csv", "--force"],
    /names\.csv is the input/,
  ],
  [
    "saved files that are the input",
    ["map", "names.csv", "URL/?n={name}", "--save", "names.csv", "--force"],
    /names\.csv is the input/,
  ],
  [
    "one file for two things",
    ["get", "URL", "-o", "out.json", "--summary", "./out.json"],
    /out\.json is --output and cannot be --summary too/,
  ],
  ["a time limit of nothing", ["get", "URL", "--timeout", "0"], /--timeout: "0" has to be more/],
  ["a cap of nothing", ["get", "URL", "--max-bytes", "0kB"], /--max-bytes: "0kB" has to be more/],
  ["a method for proxies", ["get", "URL", "-X", "connect"], /-X CONNECT opens a tunnel/],
  [
    "a column that is picked and there already",
    ["map", "names.csv", "URL/?n={name}", "--pick", "_status=x"],
    /every record has a column "_status" already/,
  ],
  [
    "a field that is picked and there already",
    ["get", "URL", "--pick", "id,status"],
    /every record has a column "status" already/,
  ],
  [
    "a column far from any that there is",
    ["map", "names.csv", "URL/?n={surname}"],
    /no column "surname".*there is "name", "country_id"/,
  ],
  [
    "a list whose URLs stand in none of its columns",
    ["get", "--from", "names.csv"],
    /names\.csv has no column "url" to get; map names\.csv '\{\+NAME\}'/,
  ],
  ["stdin in the place of a URL", ["get", "-"], /get reads URLs from stdin with --from -/],
  ["a folder without its slash", ["crawl", "URL", "-o", "site"], /FOLDER\/ for files/],
  [
    "a selector that breaks off",
    ["crawl", "URL", "--follow", "a["],
    /Expected name, found its end/,
  ],
  ["an output of no format", ["get", "URL", "-o", "out.cvs"], /did you mean "\.csv"\?/],
  [
    "an output of a later format",
    ["get", "URL", "-o", "out.parquet"],
    /\.parquet is not there yet/,
  ],
  ["a summary in no folder", ["get", "URL", "--summary", "no/s.json"], /its folder does not exist/],
  [
    "a header of the connection",
    ["get", "URL", "-H", "Content-Length: 3"],
    /Content-Length cannot be set/,
  ],
  ["a line end in a header", ["get", "URL", "-H", "X: a\r\nY: b"], /control character \\x0d/],
  [
    "a copied command that needs a shell",
    ["get", "--curl", "copy.txt"],
    /copy\.txt: it needs a shell/,
  ],
  [
    "comparing what cannot be read twice",
    ["compare", "get", "--from", "-"],
    /reads its input several times/,
  ],
  ["comparing and writing", ["compare", "get", "URL", "-o", "x.csv"], /writes no answers/],
  ["a shell that there is not", ["completion", "bahs"], /did you mean "bash"\?/],
  ["escapes in a name", ["get", "URL", "--\u001b]0;pwned\u0007"], /\\x1b\]0;pwned\\x07/],
];

describe("wrong use is told in one sentence, with exit code 2, and nothing is sent", () => {
  test.each(CASES)("%s", async (_, argv, says) => {
    const before = connections;
    const told = await fanfetch(argv.map((word) => word.replace("URL", url)));
    expect(told.stderr).toMatch(says);
    expect(told.stderr.startsWith("fanfetch: ")).toBe(true);
    expect(told.stderr.indexOf("\n")).toBe(told.stderr.length - 1);
    // oxlint-disable-next-line no-control-regex
    expect(told.stderr).not.toMatch(/^ +at |[\u0000-\u0009\u000b-\u001f\u007f]/m);
    expect(told.stdout).toBe("");
    expect(told.code).toBe(2);
    expect(connections).toBe(before);
  });

  test("a row that would ask another host is refused by its number, whatever the others ask", async () => {
    await writeFile(join(folder, "paths.csv"), "path\n@evil.example/\n:1/\n.evil.example/\n");
    const told = await fanfetch(["map", "paths.csv", `${url}{+path}`, "--order", "input", "-q"]);
    await rm(join(folder, "paths.csv"));
    const rows = told.stdout.split("\n").slice(1, -1);
    expect(rows).toHaveLength(3);
    for (const [index, row] of rows.entries()) {
      expect(row).toContain(`E_URL row ${index + 1}: `);
      expect(row).toContain("would change its host");
    }
    expect(told.code).toBe(1);
    expect(connections).toBe(0);
  });

  test("and no file was made or changed by any of it", async () => {
    expect((await readdir(folder)).toSorted()).toEqual(
      [
        "broken.jsonl",
        "copy.txt",
        "folder.csv",
        "latin1.csv",
        "names.csv",
        "quote.csv",
        "ragged.csv",
        "there.csv",
        "twice.csv",
        "urls.txt",
      ].toSorted(),
    );
    expect(await readFile(join(folder, "there.csv"), "utf8")).toBe("mine\n");
  });
});
