// Five URLs at once, timed: the script that `get` replaces.
import { request } from "undici";

const urls = process.argv.slice(2);
const startedMs = performance.now();
const lines = await Promise.all(
  urls.map(async (url) => {
    const beganMs = performance.now();
    const { statusCode, body } = await request(url);
    const { byteLength } = await body.arrayBuffer();
    return `${statusCode} ${byteLength} ${(performance.now() - beganMs).toFixed(1)} ms ${url}`;
  }),
);
console.log(lines.join("\n"));
console.log(`${(performance.now() - startedMs).toFixed(1)} ms`);
process.exit(0);
