import type { Socket } from "node:net";

const CONTINUE = Buffer.from("HTTP/1.1 100");
const BLANK_LINE = "\r\n\r\n";

/** An interim answer that is longer is left to whoever reads the socket to refuse. */
const LONGEST_BYTES = 64 * 1024;

/**
 * Reads past answers of status 100 that nobody asked for, which may come before any answer (RFC 9110
 * §15.2.1): undici takes them for the end of the connection. It looks only while `isAwaited` says that an
 * answer has not begun.
 */
export function passContinue(socket: Socket, isAwaited: () => boolean): void {
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  /** The beginning of what may be such an answer. */
  let held: Buffer | undefined;

  socket.read = (size) => {
    for (;;) {
      const chunk = read(size);
      if (chunk === null) return null;
      const bytes = held === undefined ? chunk : Buffer.concat([held, chunk]);
      held = undefined;
      if (!isAwaited() || !mayBeContinue(bytes)) return bytes;
      const rest = withoutContinues(bytes);
      if (rest === undefined) held = bytes;
      else if (rest.byteLength > 0) return rest;
    }
  };
}

/** What follows whole answers of status 100; undefined where one has not come to its end. */
function withoutContinues(bytes: Buffer): Buffer | undefined {
  let rest = bytes;
  while (rest.byteLength > 0 && mayBeContinue(rest)) {
    const end = rest.indexOf(BLANK_LINE);
    if (end === -1) return rest.byteLength > LONGEST_BYTES ? rest : undefined;
    rest = rest.subarray(end + BLANK_LINE.length);
  }
  return rest;
}

/** Whether bytes begin as an answer of status 100 does, as far as they go. */
function mayBeContinue(bytes: Buffer): boolean {
  const length = Math.min(bytes.byteLength, CONTINUE.byteLength);
  return bytes.compare(CONTINUE, 0, length, 0, length) === 0;
}
