import { expect, test } from "vitest";

import { startRehearsal } from "./rehearsal.ts";

const BROWSER = { headers: { "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" } };

interface Answer {
  readonly resource: string;
  readonly resultSets: readonly {
    readonly name: string;
    readonly headers: readonly string[];
    readonly rowSet: readonly (readonly unknown[])[];
  }[];
}

async function ask(url: string): Promise<Answer> {
  return (await (await fetch(url, BROWSER)).json()) as Answer;
}

test("the list has a row for each player, and two of one name", async () => {
  await using server = await startRehearsal({ stories: { playersMs: 0 } });
  const { resource, resultSets } = await ask(`${server.url}/stats/commonallplayers`);
  const { name, headers, rowSet } = resultSets[0]!;
  expect([resource, name]).toEqual(["commonallplayers", "CommonAllPlayers"]);
  expect(rowSet.length).toBe(490);
  for (const row of rowSet) expect(row.length).toBe(headers.length);
  expect(new Set(rowSet.map(([id]) => id)).size).toBe(490);
  const names = rowSet.map((row) => row[2] as string);
  expect(new Set(names).size).toBeLessThan(490);
  expect(names).toContain("José Núñez Jr.");
  const [id, , full] = rowSet[3]!;
  const one = await ask(`${server.url}/stats/commonplayerinfo?playerid=${String(id)}`);
  expect(one.resultSets[0]!.rowSet[0]!.slice(0, 4)).toEqual([id, ...String(full).split(" "), full]);
});

test("one who is not in the list is refused", async () => {
  await using server = await startRehearsal({ stories: { playersMs: 0 } });
  const answer = await fetch(`${server.url}/stats/commonplayerinfo?playerid=1`, BROWSER);
  expect(answer.status).toBe(400);
});

test("a User-Agent that is no browser's is never answered", async () => {
  await using server = await startRehearsal({ stories: { playersMs: 0 } });
  const leaving = new AbortController();
  const unanswered = fetch(`${server.url}/stats/commonallplayers`, {
    headers: { "user-agent": "python-requests/2" },
    signal: leaving.signal,
  }).then(
    () => "answered",
    () => "left",
  );
  await server.seen.reached(1);
  // Later requests are answered and that one is still waited for.
  await ask(`${server.url}/stats/commonallplayers`);
  expect(server.seen.inFlight).toBe(1);
  leaving.abort();
  expect(await unanswered).toBe("left");
});
