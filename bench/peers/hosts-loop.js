// The yardstick of `hosts`: knows that there are few hosts, and gives each four lanes of its own.
import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request, setGlobalDispatcher } from "undici";

const [input, output] = process.argv.slice(2);
const urls = readFileSync(input, "utf8").trimEnd().split("\n");
const lines = Array.from({ length: urls.length }, () => "");
const hosts = Map.groupBy(urls.keys(), (index) => new URL(urls[index]).origin);
setGlobalDispatcher(new Agent({ connections: 4 }));

async function lane(indexes) {
  for (const index of indexes) {
    const { statusCode, body } = await request(urls[index]);
    const text = await body.text();
    lines[index] = `${JSON.stringify({ url: urls[index], status: statusCode, body: text })}\n`;
  }
}
await Promise.all(
  [...hosts.values()].flatMap((indexes) => {
    const shared = indexes.values();
    return [lane(shared), lane(shared), lane(shared), lane(shared)];
  }),
);
writeFileSync(output, lines.join(""));
process.exit(0);
