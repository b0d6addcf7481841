import type { Socket } from "node:net";

import { gzipOfZeros } from "../../src/rehearsal/body.ts";

/** One step of a script in the words of the hostile-responses suite: a verb, then its arguments. */
export type RawStep = readonly [verb: string, ...args: readonly unknown[]];

/** What a script needs of its connection. */
interface Line {
  readonly socket: Socket;
  /** Aborted when the connection is gone. */
  readonly gone: AbortSignal;
}

const HOUR_MS = 3_600_000;
/** Zeros are packed once for all scripts. */
const packed = new Map<number, Promise<Buffer>>();

/** Whether nothing more can be written: a script that goes on then would never let anyone else run. */
function isOver({ socket, gone }: Line): boolean {
  return gone.aborted || !socket.writable;
}

/** Plays a script on a connection; ends early when the client goes away. @throws RangeError for an unknown verb. */
export async function playSteps(steps: readonly RawStep[], line: Line): Promise<void> {
  for (const [verb, ...args] of steps) {
    if (isOver(line)) return;
    await playStep(verb, args, line);
  }
}

async function playStep(verb: string, args: readonly unknown[], line: Line): Promise<void> {
  const { socket } = line;
  const [first, second, third] = args;
  switch (verb) {
    case "write":
      return write(line, latin1(first));
    case "write_b64":
      return write(line, Buffer.from(String(first), "base64"));
    case "write_times":
      return write(
        line,
        Buffer.from(latin1(first).toString("latin1").repeat(Number(second)), "latin1"),
      );
    case "write_b64_times": {
      const piece = Buffer.from(String(first), "base64");
      return write(line, Buffer.concat(Array.from({ length: Number(second) }, () => piece)));
    }
    case "sleep_ms":
      return pause(line, Number(first));
    case "hold":
      return pause(line, HOUR_MS);
    case "fin":
      socket.end();
      return;
    case "rst":
      socket.resetAndDestroy();
      return;
    case "drip":
      for (let times = 0; times < Number(third) && !isOver(line); times += 1) {
        await write(line, latin1(first));
        await pause(line, Number(second));
      }
      return;
    case "repeat":
      for (let times = 0; times < Number(first) && !isOver(line); times += 1) {
        await playSteps(second as readonly RawStep[], line);
      }
      return;
    case "repeat_forever_chunk": {
      const size = Number(first);
      const chunk = Buffer.from(`${size.toString(16)}\r\n${"x".repeat(size)}\r\n`, "latin1");
      while (!isOver(line)) await write(line, chunk);
      return;
    }
    case "repeat_forever_bytes": {
      const bytes = Buffer.alloc(Number(first), "x");
      while (!isOver(line)) await write(line, bytes);
      return;
    }
    case "gzip_zeros": {
      const bytes = Number(first);
      if (!packed.has(bytes)) packed.set(bytes, gzipOfZeros(bytes));
      const body = await packed.get(bytes)!;
      const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
      await write(line, latin1(head));
      return write(line, body);
    }
    default:
      throw new RangeError(`"${verb}" is no step of a script`);
  }
}

function latin1(text: unknown): Buffer {
  return Buffer.from(String(text), "latin1");
}

/** Resolves when the bytes have left, or the connection is gone. */
function write({ socket, gone }: Line, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted || !socket.writable) return resolve();
    const done = (): void => {
      gone.removeEventListener("abort", done);
      resolve();
    };
    gone.addEventListener("abort", done, { once: true });
    socket.write(bytes, done);
  });
}

function pause({ gone }: Line, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      gone.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    gone.addEventListener("abort", done, { once: true });
  });
}
