// Answers every GET after a delay: `node delay-server.js PORTS DELAY_MS`. Prints its ports as one JSON
// line; at the end of its input it prints what it saw as another and ends. Bytes in, bytes out:
// node:http would be the bound of the benchmark, not the client.
import { createServer } from "node:net";

const [ports, delayMs] = process.argv.slice(2).map(Number);
const BODY = '{"name":"x","gender":"male","count":1234,"probability":0.99}';
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
);
const END = Buffer.from("\r\n\r\n");

let requests = 0;
let delayedMs = 0;
let mostAtOnce = 0;

function serve() {
  let atOnce = 0;
  return createServer({ noDelay: true }, (socket) => {
    let rest = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = bytes.indexOf(END); end !== -1; end = bytes.indexOf(END)) {
        bytes = bytes.subarray(end + END.length);
        atOnce += 1;
        mostAtOnce = Math.max(mostAtOnce, atOnce);
        const arrivedMs = performance.now();
        setTimeout(() => {
          atOnce -= 1;
          requests += 1;
          delayedMs += performance.now() - arrivedMs;
          if (!socket.destroyed) socket.write(ANSWER);
        }, delayMs);
      }
      rest = bytes;
    });
  });
}

const servers = Array.from({ length: ports }, serve);
await Promise.all(
  servers.map(
    (server) =>
      new Promise((resolve) =>
        server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, resolve),
      ),
  ),
);
console.log(JSON.stringify({ ports: servers.map((server) => server.address().port) }));
process.stdin.resume().on("end", () => {
  const seen = { requests, mostAtOnce, meanDelayMs: delayedMs / Math.max(1, requests) };
  process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0));
});
