import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";

/** A real server, started for one test file. */
export interface Server {
  /** `http://localhost:PORT` */
  readonly plain: string;
  /** `https://localhost:PORT`, offers HTTP/2. */
  readonly secure: string;
  /** What it noted of each request so far. */
  seen(): readonly Seen[];
  /** Ends it by its own process id and waits until it has gone. */
  stop(): Promise<void>;
}

/** One request as the server's own log has it. */
export interface Seen {
  readonly uri: string;
  readonly status: number;
  /** `HTTP/1.1` or `HTTP/2.0`. */
  readonly protocol: string;
  /** Names the connection that carried it. */
  readonly connection: string;
  /** Content-Encoding of the answer, or `""`. */
  readonly encoding: string;
}

/** Whether the program is installed. With CI=true an absent one is an error, not a skip. */
export function isInstalled(program: string, ...args: readonly string[]): boolean {
  const installed = spawnSync(program, args, { stdio: "ignore" }).error === undefined;
  if (!installed && process.env["CI"] === "true") {
    throw new Error(`${program} is missing, and with CI=true no server may be missing`);
  }
  return installed;
}

/** Free ports of the loopback, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** What a server's program needs to run in the foreground. */
export interface ServerProgram {
  readonly command: readonly string[];
  readonly directory: string;
  readonly ports: readonly [plain: number, secure: number];
  /** Where it writes its log, and how a line is read. */
  readonly log: string;
  readonly parse: (line: string) => Seen | undefined;
}

/**
 * Starts a server in the foreground and waits until its ports take connections.
 * @throws Error with what it said where it ends before that.
 */
export async function startServer(program: ServerProgram): Promise<Server> {
  const [executable, ...args] = program.command;
  const child = spawn(executable!, args, {
    cwd: program.directory,
    env: { ...process.env, HOME: program.directory, XDG_DATA_HOME: program.directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  for (const port of program.ports) {
    while (!(await isOpen(port))) {
      if (child.exitCode !== null) throw new Error(`${executable} ended: ${said}`);
    }
  }
  const [plain, secure] = program.ports;
  return {
    plain: `http://localhost:${plain}`,
    secure: `https://localhost:${secure}`,
    seen: () =>
      readFileSync(program.log, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map(program.parse)
        .filter((entry) => entry !== undefined),
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Whether a port takes connections; tells it after a moment, so that asking again is no busy loop. */
function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => setTimeout(resolve, 20, false));
  });
}
