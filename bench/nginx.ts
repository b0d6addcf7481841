import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** A running nginx of our own: its port, and the file it logs each request to. */
export interface Nginx extends AsyncDisposable {
  readonly port: number;
  readonly version: string;
  /** One line per request: time since the epoch in seconds with three digits, then the URI. */
  readonly log: string;
}

/** What this nginx does besides answering. */
export interface NginxOptions {
  /** `none` costs the server least. */
  readonly log: "none" | "requests";
  /** A folder that is served in place of the API. */
  readonly site?: string;
}

/** The smallest useful API: a name in, a JSON object out. */
const ANSWER = '{"name":"$arg_name","gender":"male","count":1234,"probability":0.99}';
const API = `default_type application/json;
      return 200 '${ANSWER}';`;

/**
 * Starts Debian's nginx from a configuration of our own below `directory`, on a free port of the
 * loopback; disposing stops it by its own process id.
 * @throws Error where nginx is missing or does not answer.
 */
export async function startNginx(directory: string, options: NginxOptions): Promise<Nginx> {
  const probe = spawnSync("nginx", ["-v"], { encoding: "utf8" });
  if (probe.error !== undefined) throw new Error("nginx is missing: apt-get install nginx");
  const home = join(directory, "nginx");
  mkdirSync(home, { recursive: true });
  const port = await freePort();
  const log = join(home, "access.log");
  writeFileSync(join(home, "nginx.conf"), configuration(home, port, options));
  const child = spawn("nginx", ["-p", home, "-c", join(home, "nginx.conf")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await untilOpen(port, () => child.exitCode === null);
  return {
    port,
    version: probe.stderr.trim().replace("nginx version: nginx/", "nginx "),
    log,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function configuration(home: string, port: number, options: NginxOptions): string {
  const access =
    options.log === "none" ? "access_log off;" : `access_log ${home}/access.log brief;`;
  return `
daemon off;
pid ${home}/nginx.pid;
error_log ${home}/error.log warn;
worker_processes 1;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http {
  log_format brief '$msec $request_uri';
  ${access}
  keepalive_requests 1000000000;
  keepalive_timeout 300s;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi;
  scgi_temp_path ${home}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      ${options.site === undefined ? API : `default_type text/html; root ${options.site};`}
    }
  }
}
`;
}

/** A port of the loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function untilOpen(port: number, alive: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200 && alive(); attempt += 1) {
    if (await isOpen(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nginx does not answer on port ${port}`);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
