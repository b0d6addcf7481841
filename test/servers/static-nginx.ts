import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { freePorts, type Server, startServer } from "./server.ts";

/** Starts nginx for the files below `root`, as it serves them out of the box; what it needs goes to `directory`. */
export async function startStaticNginx(directory: string, root: string): Promise<Server> {
  const [port] = await freePorts(1);
  const log = join(directory, "access.log");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${directory}/${kind};`)
    .join("\n  ");
  const configuration = `
daemon off;
${process.getuid?.() === 0 ? "user root;" : ""}
pid ${directory}/nginx.pid;
error_log ${directory}/error.log warn;
worker_processes 1;
events { worker_connections 512; }
http {
  ${temporary}
  types {
    text/html html;
    text/plain txt py;
    text/css css;
    text/javascript js;
    image/png png;
    image/svg+xml svg;
  }
  log_format brief '$connection $status $request_uri';
  access_log ${log} brief;
  server {
    listen 127.0.0.1:${port};
    root ${root};
  }
}
`;
  writeFileSync(join(directory, "nginx.conf"), configuration);
  return startServer({
    command: ["nginx", "-p", directory, "-c", join(directory, "nginx.conf")],
    directory,
    ports: [port!, port!],
    log,
    parse(line) {
      const [connection, status, uri] = line.split(" ");
      return {
        uri: uri!,
        status: Number(status),
        protocol: "HTTP/1.1",
        connection: connection!,
        encoding: "",
      };
    },
  });
}
