/** The jobs of the stories that are jobs, by the names of their files below a folder. */
export function demoJobs(folder: string): ReadonlyMap<string, string> {
  return new Map([
    ["players.yaml", players(folder, "")],
    ["few-players.yaml", players(folder, `[:${FEW_PLAYERS}]`)],
    ["places.yaml", places(folder, "queries.csv")],
    ["few-places.yaml", places(folder, "few-queries.csv")],
    ["queries.csv", queries(QUERIES)],
    ["few-queries.csv", queries(QUERIES / 100)],
  ]);
}

const FEW_PLAYERS = 4;
const QUERIES = 500;

/** Requests of all players and their list, against those of a few. */
export const PLAYERS_SCALE = Math.round(491 / (FEW_PLAYERS + 1));

function players(folder: string, few: string): string {
  return `name: players
headers: { user-agent: Mozilla/5.0 }
limits: { concurrency: 500, perHost: 500 }
steps:
  - id: players
    url: /commonallplayers?season=2016-17
    each: "resultSets[0].rowSet${few === "" ? "[*]" : few}.{id: [0], name: [2]}"
  - for: players
    url: /commonplayerinfo?playerid={id}
    save: ${JSON.stringify(`${folder}/players/{name|underscore}.json`)}
`;
}

function places(folder: string, rows: string): string {
  return `name: places
limits: { concurrency: 250, perHost: 250 }
steps:
  - rows: ${rows}
    url: /textsearch/json?key=demo{&query}
    paginate: { kind: cursor, next: next_page_token, into: pagetoken, delay: 2s, notReady: status == 'INVALID_REQUEST', items: results }
    rules: [{ when: status == 'OVER_QUERY_LIMIT', then: hold, hold: 1s }]
    each: "results[*].{place: name, address: formatted_address}"
    output: ${JSON.stringify(`${folder}/places.jsonl`)}
`;
}

function queries(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `cafe ${index + 1}`);
  return `query\n${rows.join("\n")}\n`;
}
