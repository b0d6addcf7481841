import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { makeCertificates } from "./certificates.ts";
import { freePorts, type Server, startServer } from "./server.ts";

/** Requests that nginx takes on one connection before it closes it. */
export const PER_CONNECTION = 10;

/** Starts nginx below `directory`: a small API, a page worth compressing, and connections cut short. */
export async function startNginx(directory: string): Promise<Server> {
  const [plain, secure] = await freePorts(2);
  const { certificate, key } = makeCertificates(directory);
  const log = join(directory, "access.log");
  mkdirSync(join(directory, "pages"));
  writeFileSync(join(directory, "pages", "long.json"), LONG_ANSWER);
  writeFileSync(join(directory, "nginx.conf"), configuration(directory, certificate, key));
  return startServer({
    command: ["nginx", "-p", directory, "-c", join(directory, "nginx.conf")],
    directory,
    ports: [plain!, secure!],
    log,
    parse: (line) => {
      const [connection, protocol, status, encoding, uri] = line.split(" ");
      return {
        uri: uri!,
        status: Number(status),
        protocol: protocol!,
        connection: connection!,
        encoding: encoding === "-" ? "" : encoding!,
      };
    },
  });

  function configuration(home: string, pem: string, secret: string): string {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((kind) => `${kind}_temp_path ${home}/${kind};`)
      .join("\n  ");
    return `
daemon off;
${process.getuid?.() === 0 ? "user root;" : ""}
pid ${home}/nginx.pid;
error_log ${home}/error.log warn;
worker_processes 1;
events { worker_connections 512; }
http {
  ${temporary}
  log_format brief '$connection $server_protocol $status $sent_http_content_encoding $request_uri';
  access_log ${log} brief;
  keepalive_requests ${PER_CONNECTION};
  gzip on;
  gzip_types application/json;
  gzip_min_length 100;
  default_type application/json;
  server {
    listen 127.0.0.1:${plain};
    listen 127.0.0.1:${secure} ssl http2;
    listen 127.0.0.2:${secure} ssl http2;
    ssl_certificate ${pem};
    ssl_certificate_key ${secret};
    root ${home}/pages;
    location = /long.json { }
    location / {
      return 200 '{"name":"$arg_name","gender":"male"}';
    }
  }
}
`;
  }
}

/** JSON long enough that a server compresses it. */
export const LONG_ANSWER = JSON.stringify({ gender: "male", words: "again and ".repeat(500) });
