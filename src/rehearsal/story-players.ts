import type { Behaviour, Step } from "./behaviour.ts";
import type { Exchange } from "./exchange.ts";
import { peopleOf } from "./people.ts";
import { hashOf } from "./random.ts";

/** Players in the list of one season. */
const PLAYERS = 490;

const LIST_HEADERS = [
  "PERSON_ID",
  "DISPLAY_LAST_COMMA_FIRST",
  "DISPLAY_FIRST_LAST",
  "ROSTERSTATUS",
  "FROM_YEAR",
  "TO_YEAR",
  "PLAYERCODE",
  "TEAM_ID",
];
const PLAYER_HEADERS = [
  ...["PERSON_ID", "FIRST_NAME", "LAST_NAME", "DISPLAY_FIRST_LAST"],
  ...["HEIGHT", "WEIGHT", "JERSEY", "FROM_YEAR", "TO_YEAR"],
];

/**
 * Story A: a statistics API that lists players in rows without names, answers slowly about each, and
 * never answers clients whose User-Agent is not a browser's.
 */
export const PLAYERS_API: Behaviour = {
  name: "stats",
  parameters: ["…"],
  doc: "story A: commonallplayers, commonplayerinfo?playerid=ID; hangs for User-Agents without Mozilla",
  example: "/stats/commonallplayers?season=2016-17",
  kind: "answer",
  prepare([call = ""]): Step {
    return async (exchange) => {
      if (!exchange.request.headers["user-agent"]?.includes("Mozilla")) return "gone";
      if ((await exchange.wait(exchange.stage.stories.playersMs)) === "gone") return "gone";
      if (call === "commonallplayers") listPlayers(exchange);
      else if (call === "commonplayerinfo") onePlayer(exchange);
      else exchange.json({ Message: `no resource ${call}` }, 404);
      return "answered";
    };
  },
};

function listPlayers(exchange: Exchange): void {
  const { seed } = exchange.stage;
  const rows = peopleOf(PLAYERS, seed).map(({ id, first, last }) => {
    const year = 1984 + (hashOf(String(id), seed) % 32);
    const code = `${first}_${last}`.toLowerCase().replaceAll(/[^a-z_]/g, "");
    return [id, `${last}, ${first}`, `${first} ${last}`, 1, `${year}`, "2016", code, 1_610_612_700];
  });
  answer(exchange, "commonallplayers", "CommonAllPlayers", LIST_HEADERS, rows);
}

function onePlayer(exchange: Exchange): void {
  const { seed } = exchange.stage;
  const id = Number(exchange.query.get("playerid") ?? exchange.query.get("PlayerID"));
  const player = peopleOf(PLAYERS, seed).find((person) => person.id === id);
  if (player === undefined) {
    exchange.json({ Message: "The value of playerid is not valid." }, 400);
    return;
  }
  const { first, last } = player;
  const hash = hashOf(String(id), seed);
  const row = [
    ...[id, first, last, `${first} ${last}`, `6-${hash % 12}`],
    ...[String(170 + (hash % 90)), String(hash % 56), 1984 + (hash % 32), 2016],
  ];
  answer(exchange, "commonplayerinfo", "CommonPlayerInfo", PLAYER_HEADERS, [row]);
}

function answer(
  exchange: Exchange,
  resource: string,
  name: string,
  headers: readonly string[],
  rowSet: readonly (readonly unknown[])[],
): void {
  const parameters = Object.fromEntries(exchange.query);
  exchange.json({ resource, parameters, resultSets: [{ name, headers, rowSet }] });
}
