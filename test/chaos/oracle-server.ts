// The server that outlives every kill and remembers each request: forked by oracle.ts, which it obeys.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

import { hashOf } from "../../src/rehearsal/random.ts";
import { fileFor, recordFor } from "./answers.ts";
import type { OracleOrder, OracleReport } from "./oracle.ts";
import { nowMs, type Visit } from "./visits.ts";

let visits: Visit[] = [];
let slowestMs = 0;
let answered = 0;
let watched: { readonly answers: number; readonly number: number } | undefined;
const sockets = new Set<Socket>();
let emptied: (() => void) | undefined;

function tell(report: OracleReport): void {
  process.send!(report);
}

function answer(url: URL, response: ServerResponse, visit: Visit): void {
  if (response.destroyed) return;
  const name = url.searchParams.get("name") ?? "";
  response.setHeader("content-type", "application/json");
  response.end(url.pathname === "/file" ? fileFor(name) : recordFor(name), () => {
    visit.answeredMs = nowMs();
    answered += 1;
    if (watched === undefined || answered < watched.answers) return;
    tell({ number: watched.number, visits: [] });
    watched = undefined;
  });
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const url = new URL(request.url!, "http://127.0.0.1");
  const question = url.searchParams.get("name") ?? "";
  const visit: Visit = { question, beganMs: nowMs(), answeredMs: undefined };
  visits.push(visit);
  const delayMs = slowestMs === 0 ? 0 : hashOf(question, visits.length) % slowestMs;
  setTimeout(answer, delayMs, url, response, visit);
});
server.on("connection", (socket) => {
  sockets.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => {
    sockets.delete(socket);
    if (sockets.size === 0) emptied?.();
  });
});

/** All that a killed process had sent was read only when its last connection is closed. */
async function untilEmpty(): Promise<void> {
  while (sockets.size > 0) await new Promise<void>((resolve) => (emptied = resolve));
}

async function obey(order: OracleOrder): Promise<void> {
  if (order.kind === "tell when") {
    watched = { answers: order.answers, number: order.number };
    return;
  }
  await untilEmpty();
  if (order.kind === "begin") slowestMs = order.slowestMs;
  const seen = visits;
  visits = [];
  answered = 0;
  watched = undefined;
  tell({ number: order.number, visits: seen });
}

process.on("message", (order: OracleOrder) => void obey(order));
process.on("disconnect", () => process.exit(0));
server.listen(0, "127.0.0.1", () =>
  tell({ number: 0, visits: [], port: (server.address() as AddressInfo).port }),
);
