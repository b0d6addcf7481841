import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { type TemporaryFolder, temporaryFolder } from "./temp.ts";

/** How a command ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a signal waits for: a text on stdout or stderr, or anything else that happens. */
export type Occasion = string | Promise<unknown>;

type Child = ChildProcessWithoutNullStreams;

const BIN = fileURLToPath(new URL("../../bin/fanfetch.js", import.meta.url));
/** A command that is still running then has hung. */
const LONGEST_MS = 25_000;

const running = new Set<Child>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A run of the built command line; starts when it is awaited. */
export class CommandRun implements PromiseLike<Ended> {
  readonly #args: readonly string[];
  #through: readonly string[] = [];
  readonly #signals: { readonly signal: NodeJS.Signals; readonly after: Occasion }[] = [];
  #input: string | undefined;
  #folder: string | undefined;
  #environment: Readonly<Record<string, string>> = {};
  #ended: Promise<Ended> | undefined;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  /** What it reads; without this, its input is empty. */
  stdin(text: string): this {
    this.#input = text;
    return this;
  }

  /** Where it runs; without this, in a folder of its own that is removed. */
  in(folder: TemporaryFolder | string): this {
    this.#folder = typeof folder === "string" ? folder : folder.path;
    return this;
  }

  /** Runs it as the last words of another command: `through("sh", "-c", 'ulimit -n 40; exec "$@"', "sh")`. */
  through(...command: readonly string[]): this {
    this.#through = command;
    return this;
  }

  /** Variables beside those of this process; without this, it remembers nothing of hosts. */
  env(environment: Readonly<Record<string, string>>): this {
    this.#environment = environment;
    return this;
  }

  /** Sends a signal when something has happened, and when the signals before it have been sent. */
  kill(signal: NodeJS.Signals): { after(occasion: Occasion): CommandRun } {
    return {
      after: (after) => {
        this.#signals.push({ signal, after });
        return this;
      },
    };
  }

  // oxlint-disable-next-line unicorn/no-thenable -- so that a test reads as a sentence
  then<A, B>(
    resolved?: ((ended: Ended) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#ended ??= this.#run();
    return this.#ended.then(resolved, rejected);
  }

  async #run(): Promise<Ended> {
    if (this.#folder !== undefined) return this.#runIn(this.#folder);
    await using folder = await temporaryFolder();
    return await this.#runIn(folder.path);
  }

  #runIn(cwd: string): Promise<Ended> {
    const [program, ...words] = [...this.#through, process.execPath, BIN, ...this.#args];
    const child: Child = spawn(program!, words, {
      cwd,
      env: {
        ...process.env,
        FANFETCH_STATE: "none",
        NO_COLOR: "1",
        FORCE_COLOR: undefined,
        ...this.#environment,
      },
    });
    running.add(child);
    const output = new Output();
    child.stdout.setEncoding("utf8").on("data", (text: string) => output.add("stdout", text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => output.add("stderr", text));
    // A command that does not read its input to the end is within its rights.
    child.stdin.on("error", () => {}).end(this.#input ?? "");
    void this.#signalInTurn(child, output);
    return new Promise((resolve, reject) => {
      const hung = setTimeout(() => {
        child.kill("SIGKILL");
        reject(new Error(`fanfetch ${this.#args.join(" ")} hangs; stderr:\n${output.stderr}`));
      }, LONGEST_MS);
      child.on("error", reject);
      child.on("close", (exitCode, signal) => {
        clearTimeout(hung);
        running.delete(child);
        resolve({ stdout: output.stdout, stderr: output.stderr, exitCode, signal });
      });
    });
  }

  async #signalInTurn(child: Child, output: Output): Promise<void> {
    for (const { signal, after } of this.#signals) {
      await (typeof after === "string" ? output.has(after) : after);
      child.kill(signal);
    }
  }
}

/** What a command has written so far, and who waits for a word of it. */
class Output {
  stdout = "";
  stderr = "";
  #waiting: { readonly text: string; readonly resolve: () => void }[] = [];

  add(stream: "stdout" | "stderr", text: string): void {
    this[stream] += text;
    for (const { text: wanted, resolve } of this.#waiting) if (this.#holds(wanted)) resolve();
    this.#waiting = this.#waiting.filter(({ text: wanted }) => !this.#holds(wanted));
  }

  has(text: string): Promise<void> {
    if (this.#holds(text)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ text, resolve }));
  }

  #holds(text: string): boolean {
    return this.stdout.includes(text) || this.stderr.includes(text);
  }
}

/** `await fanfetch("map", "names.csv", url).in(folder)`: runs the built command line to its end. */
export function fanfetch(...args: readonly string[]): CommandRun {
  return new CommandRun(args);
}
