import type { Behaviour } from "./behaviour.ts";

/** The page that says what paths this server understands. */
export function indexPage(table: ReadonlyMap<string, Behaviour>): string {
  const rows = [...table.values()].map(({ name, parameters, doc, example }) => {
    const form = ["", name, ...parameters].join("/");
    return `<tr><td><code>${form}</code><td>${doc}<td><a href="${example.replaceAll("&", "&amp;")}">${example}</a>`;
  });
  return `<!doctype html>
<title>A rehearsal server</title>
<h1>A rehearsal server</h1>
<p>Paths are behaviours, read from left to right: <code>/slow/200ms/status/503/then/200</code> waits
200 ms each time, answers 503 the first time and 200 from then on; <code>/cut-at/1kB/bytes/9kB/then/bytes/9kB</code>
cuts the first answer only. A path that ends without an answer answers 200. Clients that send <code>X-Rehearsal-Client</code> are counted apart.
<table>
<tr><th>path<th>what it does<th>try
${rows.join("\n")}
</table>
`;
}
