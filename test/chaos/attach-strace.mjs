// Loaded by `node --import` before anything else, in each thread: lets strace follow one thread alone, so
// that "the n-th call" is exact. CHAOS_STRACE names the thread and holds strace's arguments, as JSON.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { isMainThread } from "node:worker_threads";

const { thread, args } = JSON.parse(process.env["CHAOS_STRACE"]);

/** The number of this very thread for the system. */
function ownNumber() {
  return readlinkSync("/proc/thread-self").split("/").at(-1);
}

/** The one thread of libuv's pool (UV_THREADPOOL_SIZE=1), which exists once it has worked. */
async function poolNumber() {
  await readFile("/dev/null");
  const tasks = "/proc/self/task";
  return readdirSync(tasks).find((task) =>
    readFileSync(`${tasks}/${task}/comm`, "utf8").startsWith("libuv-worker"),
  );
}

async function attach(number) {
  const tracer = spawn("strace", ["-p", number, ...args], { stdio: "ignore" });
  tracer.unref();
  const status = `/proc/self/task/${number}/status`;
  while (/^TracerPid:\s*0$/m.test(readFileSync(status, "utf8"))) {
    if (tracer.exitCode !== null) throw new Error(`strace ended with ${tracer.exitCode}`);
    await pause(1);
  }
}

if (thread === "main" && isMainThread) await attach(ownNumber());
if (thread === "pool" && isMainThread) await attach(await poolNumber());
if (thread === "journal" && !isMainThread) await attach(ownNumber());
