import { once } from "node:events";

import { encode, piecesOf, sizeOf, textOf, type Body } from "./body.ts";
import type { Exchange } from "./exchange.ts";

/** Sends what the exchange holds, as its conditions want it sent. */
export async function reply(exchange: Exchange): Promise<void> {
  const { response, headers, request, status } = exchange;
  let body: Body = exchange.body ?? Buffer.alloc(0);
  if (status === 204 || status === 304) {
    // RFC 9110 §6.4.1: these end with their header section.
    response.writeHead(status, headers);
    return end(exchange);
  }
  if (exchange.coding !== undefined) {
    headers.push("content-encoding", exchange.coding);
    body = await encode(body, exchange.coding);
  }
  const { cutAtBytes, delivery } = exchange;
  if (cutAtBytes !== undefined) {
    return cut(exchange, body, cutAtBytes === "half" ? sizeOf(body) >> 1 : cutAtBytes);
  }
  headers.push("content-length", String(sizeOf(body)));
  response.writeHead(status, headers);
  if (request.method === "HEAD") return end(exchange);
  if (Buffer.isBuffer(body) && delivery === undefined) return end(exchange, body);
  if (await writeSlowly(exchange, body)) end(exchange);
}

/** The end is noted before the last byte leaves: a client that asks on at once is not seen twice. */
function end(exchange: Exchange, body?: Buffer): void {
  noteAnswer(exchange);
  exchange.finish();
  exchange.response.end(body);
}

/** What is remembered of an answer: its status, and until when a refusal keeps others away. */
function noteAnswer({ seen, status, headers, stage }: Exchange): void {
  seen.status = status;
  if (!seen.isRefused) return;
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] !== "retry-after") continue;
    const waitMs = waitOf(headers[index + 1]!, stage.clock.wallNow());
    if (waitMs !== undefined) seen.heldUntilMs = stage.clock.now() + waitMs;
  }
}

/** Milliseconds that a Retry-After of this server means, seconds or any of the three dates. */
function waitOf(text: string, wallMs: number): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // The form of asctime names no zone; all of them are in GMT (RFC 9110 §5.6.7).
  const untilMs = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs - wallMs);
}

/** Writes piece by piece as the client takes them; false when it went away. */
async function writeSlowly(exchange: Exchange, body: Body): Promise<boolean> {
  const { response, delivery } = exchange;
  const tenth = delivery === undefined ? undefined : Math.max(1, Math.ceil(sizeOf(body) / 10));
  let first = true;
  for (const piece of piecesOf(body, delivery?.pieceBytes ?? tenth)) {
    if (delivery !== undefined && !first && (await exchange.wait(delivery.everyMs)) === "gone") {
      return false;
    }
    first = false;
    if (response.destroyed) return false;
    if (!response.write(piece)) await drained(exchange);
  }
  return !response.destroyed;
}

async function drained({ response }: Exchange): Promise<void> {
  if (response.destroyed) return;
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]);
  over.abort();
}

/** Always cut: a body that is no longer than the cut is promised longer. */
async function cut(exchange: Exchange, body: Body, cutAtBytes: number): Promise<void> {
  const { response } = exchange;
  const long =
    sizeOf(body) > cutAtBytes
      ? body
      : Buffer.concat([...piecesOf(body), padding(body, cutAtBytes)]);
  exchange.headers.push("content-length", String(sizeOf(long)));
  response.writeHead(exchange.status, exchange.headers);
  response.flushHeaders();
  let left = cutAtBytes;
  for (const piece of piecesOf(long)) {
    if (left <= 0 || response.destroyed) break;
    if (!response.write(piece.subarray(0, left))) await drained(exchange);
    left -= piece.byteLength;
  }
  // Noted before the client can learn of it and ask again.
  exchange.finish();
  // Ends the connection after what was written, not with a reset that would drop it.
  response.socket?.end();
}

function padding(body: Body, cutAtBytes: number): Buffer {
  return Buffer.concat([...piecesOf(textOf(cutAtBytes + 1 - sizeOf(body)))]);
}
