import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";

import { JOURNAL_FILE, JOURNAL_VERSION } from "../../src/queue/journal-format.ts";
import { JournalStore } from "../../src/queue/journal-store.ts";
import { fanfetch } from "../support/cli.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { startWorld, type World } from "../support/world.ts";
import { committed, rowsCsv, sentenceOf, verifyWhole } from "./aftermath.ts";

const FIXTURES = fileURLToPath(new URL("fixtures/", import.meta.url));

const STOPPED =
  "name,path\nAda,json/1\nBob,status/404\nCem,json/3\nDee,json/3\nEve,json/5\nFay,json/1\n";
const KILLED = "name,path\nAda,hang\nBob,json/2\nCem,json/3\nDee,status/404\n";

/** The requests of a fixture stay the same wherever it is made or goes on: a proxy stands for this host. */
const ASKED = "http://fixture.example/{+path}";

/** Whoever asks it for any host asks this server. */
async function startProxy(world: World): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url!);
    const asking = request(world.at(pathname), { method: incoming.method! }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    asking.on("error", () => outgoing.destroy());
    incoming.pipe(asking);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * The runs of format 1 below fixtures/, as the command line left them; made by
 * `FANFETCH_MAKE_FIXTURES=1 npx vitest run test/faults/older-journal.test.ts`, which keeps those that are
 * there. A format that was released has its fixtures for ever.
 */
const MAKERS: Readonly<Record<string, (proxy: string, folder: TemporaryFolder) => Promise<void>>> =
  {
    /** Stopped after four of six rows: with a failure, and an answer that is remembered. */
    "format-1-stopped": async (proxy, folder) => {
      await folder.write("rows.csv", STOPPED);
      const ended = await fanfetch(
        ...["map", "rows.csv", ASKED, "--proxy", proxy, "--pick", "said=@", "-o", "out.csv"],
        ...["--run", "run", "--mode", "sequential", "--max-requests", "3"],
      ).in(folder);
      expect(ended.exitCode, ended.stderr).toBe(3);
    },
    /** Killed while the first row had no answer: its log not yet in its database, records that wait, an intent. */
    "format-1-killed": async (proxy, folder) => {
      await folder.write("rows.csv", KILLED);
      const ended = await fanfetch(
        ...["map", "rows.csv", ASKED, "--proxy", proxy, "-d", "name={name}", "--pick", "said=@"],
        ...["-o", "out.csv", "--order", "input", "--run", "run"],
      )
        .in(folder)
        .kill("SIGKILL")
        .after(committed(join(folder.path, "run"), 3));
      expect(ended.signal).toBe("SIGKILL");
    },
  };

const KEPT = ["rows.csv", "out.csv", "run/journal.db", "run/journal.db-wal", "run/answers.pack"];

if (process.env["FANFETCH_MAKE_FIXTURES"] === "1") {
  test.each(Object.keys(MAKERS))("%s is made", async (name) => {
    await using world = await startWorld();
    await using proxy = await startProxy(world);
    await using folder = await temporaryFolder();
    await MAKERS[name]!(proxy.url, folder);
    await mkdir(join(FIXTURES, name, "run"), { recursive: true });
    for (const file of KEPT) {
      const from = join(folder.path, file);
      const to = join(FIXTURES, name, file);
      if (existsSync(from)) await cp(from, to, { force: false, errorOnExist: true });
    }
  });
}

/** A copy of a fixture, as if it had been begun where it stands now. */
async function moved(name: string, folder: TemporaryFolder): Promise<void> {
  await cp(join(FIXTURES, name), folder.path, { recursive: true });
  using store = JournalStore.open(join(folder.path, "run"), "write");
  const job = store.fact<object>("job");
  store.note({ job: JSON.stringify({ ...job, cwd: folder.path }) });
}

test("107 a run of format 1 that was stopped is read, goes on and is whole", async () => {
  await using world = await startWorld();
  await using proxy = await startProxy(world);
  await using folder = await temporaryFolder();
  await moved("format-1-stopped", folder);
  const before = await fanfetch("verify", "run", "--format", "json").in(folder);
  expect(JSON.parse(before.stdout)).toMatchObject({
    answered: 3,
    failed: 1,
    owed: 2,
    problems: [],
  });
  const resumed = await fanfetch("resume", "run", "--proxy", proxy.url).in(folder);
  expect(resumed.exitCode, resumed.stderr).toBe(1);
  expect(await folder.read("out.csv")).toBe(
    "name,path,said,_status,_error\nAda,json/1,1,200,\nBob,status/404,,404,E_STATUS status 404\n" +
      "Cem,json/3,3,200,\nDee,json/3,3,200,\nEve,json/5,5,200,\nFay,json/1,1,200,\n",
  );
  // The last row's question was answered before the stop.
  expect(world.seen.requests().map(({ path }) => path)).toEqual(["/json/5"]);
  await verifyWhole(folder, "run");
});

test("107 a run of format 1 that was killed is read: what waited is written, what may have left is not sent again", async () => {
  await using world = await startWorld();
  await using proxy = await startProxy(world);
  await using folder = await temporaryFolder();
  await moved("format-1-killed", folder);
  const resumed = await fanfetch("resume", "run", "--proxy", proxy.url).in(folder);
  expect(resumed.exitCode, resumed.stderr).toBe(1);
  const [heads, ada, ...others] = (await folder.read("out.csv")).trimEnd().split("\n");
  expect(heads).toBe("name,path,said,_status,_error");
  expect(ada).toMatch(/^Ada,hang,,,E_UNKNOWN_EFFECT /);
  expect(others).toEqual([
    "Bob,json/2,2,200,",
    "Cem,json/3,3,200,",
    "Dee,status/404,,404,E_STATUS status 404",
  ]);
  expect(world.seen.total).toBe(0);
  await verifyWhole(folder, "run");
});

test("107 a journal of a newer format is refused with exit 2 and left as it is", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(5));
  const argv = ["map", "rows.csv", world.at("/json/{n}"), "-o", "out.csv", "--run", "run"];
  expect((await fanfetch(...argv).in(folder)).exitCode).toBe(0);
  const path = join(folder.path, "run", JOURNAL_FILE);
  {
    using database = new DatabaseSync(path);
    database.exec(`PRAGMA user_version = ${JOURNAL_VERSION + 1}`);
  }
  const [journal, table] = [await readFile(path), await folder.read("out.csv")];
  for (const words of [["resume", "run"], ["verify", "run"], ["retry", "run"], argv]) {
    const ended = await fanfetch(...words).in(folder);
    expect(ended.exitCode, ended.stderr).toBe(2);
    expect(sentenceOf(ended.stderr)).toMatch(/was written by a newer fanfetch \(format 2/);
  }
  expect((await readFile(path)).equals(journal)).toBe(true);
  expect(await folder.read("out.csv")).toBe(table);
  expect(world.seen.total).toBe(5);
});
