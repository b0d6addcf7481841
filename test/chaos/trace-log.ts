/** One system call of a log. */
export interface TracedCall {
  readonly name: string;
  /** What stands between its brackets, strings still as strace writes them. */
  readonly args: string;
  /** What it returned: a number, or -1. */
  readonly result: number;
  /** Place in the log of its beginning and of its end: calls of several threads overlap. */
  readonly began: number;
  readonly ended: number;
}

/** strace's options for a log that `readTrace` understands: all bytes, all of them in hexadecimal. */
export const TRACE_ARGS: readonly string[] = [
  ...["-f", "-y", "-xx", "-s", "10000000", "-e", "signal=none", "-e"],
  "trace=openat,pwrite64,write,ftruncate,fsync,fdatasync,rename,renameat2,link,unlink,rmdir,close,mkdir",
];

/** Reads the log of `strace -f`; a call that another thread interrupted is put together again. */
export function readTrace(log: string): readonly TracedCall[] {
  const calls: TracedCall[] = [];
  const open = new Map<string, { readonly text: string; readonly began: number }>();
  for (const [place, line] of log.split("\n").entries()) {
    const space = line.indexOf(" ");
    if (space === -1) continue;
    const thread = line.slice(0, space);
    const text = line.slice(space).trimStart();
    if (text.endsWith(" <unfinished ...>")) {
      open.set(thread, { text: text.slice(0, -" <unfinished ...>".length), began: place });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(text);
    const earlier = resumed === null ? undefined : open.get(thread);
    if (resumed !== null && earlier === undefined) continue;
    const whole = earlier === undefined ? text : earlier.text + text.slice(resumed![0].length);
    const call = readCall(whole);
    if (call !== undefined) {
      calls.push({ ...call, began: earlier?.began ?? place, ended: place });
    }
  }
  return calls;
}

function readCall(text: string): Pick<TracedCall, "name" | "args" | "result"> | undefined {
  const bracket = text.indexOf("(");
  const end = text.lastIndexOf(") ");
  if (bracket === -1 || end === -1) return undefined;
  // `= 21</path>`, `= -1 ENOENT (…)` or `= ?` for a call that never returned.
  const result = Number.parseInt(text.slice(text.indexOf("=", end) + 1), 10);
  if (Number.isNaN(result)) return undefined;
  return { name: text.slice(0, bracket), args: text.slice(bracket + 1, end), result };
}

/** The strings among a call's arguments, in order: those that are quoted, descriptors' paths left out. */
export function stringsOf(args: string): readonly Buffer[] {
  return Array.from(args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g), ([, hex]) =>
    Buffer.from(hex!.replaceAll("\\x", ""), "hex"),
  );
}

/** The descriptor that a call begins with; undefined where it begins with something else. */
export function descriptorOf(args: string): number | undefined {
  const found = /^(\d+)/.exec(args);
  return found === null ? undefined : Number(found[1]);
}
