import { readdirSync, readFileSync } from "node:fs";

/** The threads that an answer passes on its way to the disk: not the compiler's. */
const ON_ITS_WAY = /^(?:MainThread|journal|libuv-worker)$/m;

/**
 * For how many milliseconds such threads of a process stood ready since its start and were given no
 * processor, all together: the second number of Linux's `/proc/PID/task/TID/schedstat`. 0 where there is none.
 */
export function stalledMs(pid: number): number {
  const threads = `/proc/${pid}/task`;
  let nanoseconds = 0;
  try {
    for (const thread of readdirSync(threads)) {
      const read = (name: string): string => readFileSync(`${threads}/${thread}/${name}`, "utf8");
      if (ON_ITS_WAY.test(read("comm"))) nanoseconds += Number(read("schedstat").split(" ")[1]);
    }
  } catch {
    // The process, or a thread of it, has just ended: it waits no longer.
  }
  return nanoseconds / 1e6;
}
