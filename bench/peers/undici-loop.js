// The yardstick: what a good engineer writes by hand for this one job, and nothing more.
import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request, setGlobalDispatcher } from "undici";

const [input, base, output, concurrency = "64"] = process.argv.slice(2);
const names = readFileSync(input, "utf8").trimEnd().split("\n").slice(1);
const lines = Array.from({ length: names.length }, () => "");
setGlobalDispatcher(new Agent({ connections: Number(concurrency) }));

let next = 0;
async function worker() {
  while (next < names.length) {
    const index = next++;
    const { statusCode, body } = await request(`${base}/?name=${encodeURIComponent(names[index])}`);
    if (statusCode !== 200) throw new Error(`status ${statusCode} for ${names[index]}`);
    const answer = await body.json();
    lines[index] = `${names[index]},${answer.gender}\n`;
  }
}
await Promise.all(Array.from({ length: Number(concurrency) }, worker));
writeFileSync(output, "name,gender\n" + lines.join(""));
process.exit(0);
