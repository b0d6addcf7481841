import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

import { createAwakeClock } from "../../src/core/awake-clock.ts";
import type { Clock } from "../../src/core/clock.ts";
import { createManualClock } from "../../src/transport/manual-clock.ts";
import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { type Certificates, makeCertificates } from "../wire/certificates.ts";
import { reply, startRawServer } from "../wire/raw-server.ts";
import { openWire } from "../wire/wire.ts";
import { rowsCsv } from "./aftermath.ts";
import { testWhere } from "./machine.ts";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
const HOUR_MS = 3_600_000;

test("16 an answer that drips below the least speed is given up, though bytes keep coming", async () => {
  const clock = createManualClock();
  let drip = (): void => {};
  await using server = await startRawServer((socket) => {
    drip = () => void socket.write("x".repeat(100));
    socket.write(HEAD);
    drip();
  });
  const limits = {
    clock,
    timeoutMs: 100 * HOUR_MS,
    idleTimeoutMs: 160_000,
    connectTimeoutMs: HOUR_MS,
  };
  await using wire = openWire({ ...limits, minSpeedBytes: 5 });
  const asked = wire.fail(`${server.origin}/`);
  const ends: string[] = [];
  void asked.then(({ code }) => ends.push(code));
  await expect.poll(() => server.requests.length).toBe(1);
  // 100 bytes in each half minute are 3.3 a second.
  while (ends.length === 0) {
    await clock.advance(30_000);
    drip();
  }
  const failure = await asked;
  expect(failure).toMatchObject({ code: "E_TIMEOUT", transient: true, unsent: false });
  expect(failure.message).toMatch(/^the answer came at \d bytes a second, fewer than 5/);
  await expect.poll(() => server.open).toBe(0);
});

test("16 --min-speed takes a size a second and is refused where it is none", async () => {
  const refused = await fanfetch("get", "http://a.example/", "--min-speed", "fast");
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("--min-speed");
  await using server = await startRawServer((socket) => socket.write(reply("quick")));
  const words = ["get", `${server.origin}/`, "--min-speed", "1kB/s", "-o", "-"];
  expect(await fanfetch(...words)).toMatchObject({ exitCode: 0 });
});

test("23 interim answers that nobody asked for are passed over, also in pieces and before each answer of a connection", async () => {
  const pieces = [
    ["HTTP/1.1 100 Continue\r\n\r\n", reply("one")],
    ["HTTP/1.1 1", "00 Continue\r\nx: y\r\n", "\r\nHTTP/1.1 100 \r\n\r\n", reply("two")],
    [`HTTP/1.1 100 Continue\r\n\r\n${reply("three").toString()}`],
    ["HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", reply("four")],
    [reply("HTTP/1.1 100 Continue\r\n\r\n is my text")],
  ];
  await using server = await startRawServer((socket, count) => {
    socket.setNoDelay(true);
    const write = (index: number): void => {
      const piece = pieces[count - 1]![index];
      if (piece !== undefined) socket.write(piece, () => setImmediate(write, index + 1));
    };
    write(0);
  });
  await using wire = openWire();
  const texts: string[] = [];
  for (const _ of pieces) texts.push((await wire.ask(`${server.origin}/`)).text());
  const last = "HTTP/1.1 100 Continue\r\n\r\n is my text";
  expect(texts).toEqual(["one", "two", "three", "four", last]);
  expect(server.connections).toBe(1);
});

test("23 interim answers without end are ended by the limit for the whole answer", async () => {
  const clock = createManualClock();
  await using server = await startRawServer((socket) => {
    for (let n = 0; n < 100; n += 1) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
  });
  await using wire = openWire({ clock, timeoutMs: 30_000 });
  const asked = wire.fail(`${server.origin}/`);
  await expect.poll(() => server.requests.length).toBe(1);
  await clock.advance(30_000);
  expect(await asked).toMatchObject({ code: "E_TIMEOUT" });
});

let made: Certificates | undefined;
const certificates = (): Certificates => (made ??= makeCertificates());

test.each([
  ["expired", "CN=localhost"],
  ["otherHost", "CN=other.example"],
  ["selfSigned", "CN=localhost"],
] as const)(
  "43 a certificate that is %s is refused at once, with its subject and its dates",
  async (name, subject) => {
    await using server = await startRawServer((socket) => socket.write(reply("")), {
      tls: certificates()[name],
    });
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(4));
    const url = `https://localhost:${server.port}/{n}`;
    const ended = await fanfetch("map", "rows.csv", url, "-o", "out.jsonl").in(folder);
    expect(ended.exitCode).toBe(1);
    const records = (await folder.read("out.jsonl")).trimEnd().split("\n");
    const { _error: code, ...rest } = JSON.parse(records[0]!);
    expect(`${code}`).toContain("E_TLS");
    const said = `${JSON.stringify(rest)}${(await fanfetch("explain", "1").in(folder)).stdout}`;
    expect(said).toContain(subject);
    expect(said).toMatch(/holds from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d/);
    expect(ended.stderr.match(/4 E_TLS/g)).toHaveLength(1);
    expect(server.requests).toEqual([]);
  },
);

/** Why no network of its own can be made here; undefined where one can. */
function whyNoNetwork(): string | undefined {
  const { status, error, stderr } = spawnSync("unshare", ["-n", "ip", "link", "set", "lo", "up"]);
  if (error !== undefined || status === 127) return "unshare or ip is not installed";
  return status === 0 ? undefined : `no network namespace: ${String(stderr).trim()}`;
}

testWhere(whyNoNetwork())(
  "49 with more requests at once than there are local ports, fewer are in flight and every row is answered",
  async () => {
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(120));
    const bin = join(import.meta.dirname, "../../bin/fanfetch.js");
    const script = [
      "ip link set lo up",
      'echo "41000 41019" > /proc/sys/net/ipv4/ip_local_port_range',
      `"${process.execPath}" "${bin}" rehearse --port 8099 > log 2>&1 & server=$!`,
      "until grep -q 8099 log; do :; done",
      `"${process.execPath}" "${bin}" map rows.csv "http://127.0.0.1:8099/slow/30ms/json/{n}" -o out.csv -j 60 --per-host 60 --retries 1 --summary s.json; code=$?`,
      "kill $server; exit $code",
    ].join("\n");
    const ran = spawnSync("unshare", ["-n", "bash", "-c", script], {
      cwd: folder.path,
      encoding: "utf8",
    });
    expect(ran.status, ran.stderr).toBe(0);
    const summary = JSON.parse(await folder.read("s.json"));
    expect(summary).toMatchObject({ inputs: 120, answered: 120, failed: 0 });
  },
);

test("50 a process that stood still for a minute takes the answers that waited for it, and times nothing out", async () => {
  const base = createManualClock();
  let standstillMs = 0;
  const clock: Clock = { ...base, now: () => base.now() + standstillMs };
  const answers: (() => void)[] = [];
  await using server = await startRawServer((socket, count) => {
    answers.push(() => socket.write(reply(`${count}`)));
  });
  await using wire = openWire({ clock: createAwakeClock(clock), timeoutMs: 30_000 });
  const asked = Promise.allSettled([1, 2, 3].map((n) => wire.ask(`${server.origin}/${n}`)));
  await expect.poll(() => answers.length).toBe(3);
  await base.advance(5_000);
  standstillMs = 60_000;
  await base.advance(5_000);
  for (const answer of answers) answer();
  expect((await asked).map(({ status }) => status)).toEqual(Array(3).fill("fulfilled"));
});

test("50 after a standstill what is really late still is", async () => {
  const base = createManualClock();
  let standstillMs = 0;
  const clock: Clock = { ...base, now: () => base.now() + standstillMs };
  await using server = await startRawServer(() => {});
  await using wire = openWire({ clock: createAwakeClock(clock), timeoutMs: 30_000 });
  const asked = wire.fail(`${server.origin}/`);
  await expect.poll(() => server.requests.length).toBe(1);
  await base.advance(5_000);
  standstillMs = 60_000;
  await base.advance(40_000);
  expect(await asked).toMatchObject({ code: "E_TIMEOUT" });
});

test("110 a host name that encodes nothing is refused before anything is sent", async () => {
  for (const url of ["http://xn--/", "http://a.xn--.example/x", "http://xn--abc-.example/"]) {
    const ended = await fanfetch("get", url);
    expect(ended.exitCode, ended.stderr).toBe(2);
    expect(ended.stderr).toContain("no host can be called");
  }
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", "host\nxn--\n");
  const mapped = await fanfetch("map", "rows.csv", "http://{host}/", "-o", "out.csv").in(folder);
  expect(mapped.exitCode).toBe(1);
  expect(await folder.read("out.csv")).toContain("E_URL");
});
