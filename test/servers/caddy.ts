import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { makeCertificates } from "./certificates.ts";
import { LONG_ANSWER } from "./nginx.ts";
import { freePorts, type Server, startServer } from "./server.ts";

interface LogLine {
  readonly request?: { uri: string; proto: string; remote_port: string };
  readonly status?: number;
  readonly resp_headers?: { "Content-Encoding"?: readonly string[] };
}

/** Starts caddy below `directory` with the same API as nginx's, compressing with what is asked for. */
export async function startCaddy(directory: string): Promise<Server> {
  const [plain, secure] = await freePorts(2);
  const { certificate, key } = makeCertificates(directory);
  const log = join(directory, "access.log");
  mkdirSync(join(directory, "pages"));
  writeFileSync(join(directory, "pages", "long.json"), LONG_ANSWER);
  const site = `
  bind 127.0.0.1 127.0.0.2
  log {
    output file ${log}
    format json
  }
  encode {
    zstd
    gzip
    minimum_length 100
  }
  handle /long.json {
    root * ${directory}/pages
    file_server
  }
  handle {
    header Content-Type application/json
    respond \`{"name":"{query.name}","gender":"male"}\` 200
  }
`;
  writeFileSync(
    join(directory, "Caddyfile"),
    `{
  admin off
  auto_https off
}
http://localhost:${plain} {${site}}
https://localhost:${secure} {
  tls ${certificate} ${key}${site}}
`,
  );
  return startServer({
    command: ["caddy", "run", "--adapter", "caddyfile", "--config", join(directory, "Caddyfile")],
    directory,
    ports: [plain!, secure!],
    log,
    parse: (line) => {
      const { request, status, resp_headers } = JSON.parse(line) as LogLine;
      if (request === undefined) return undefined;
      return {
        uri: request.uri,
        status: status ?? 0,
        protocol: request.proto,
        connection: request.remote_port,
        encoding: resp_headers?.["Content-Encoding"]?.[0] ?? "",
      };
    },
  });
}
