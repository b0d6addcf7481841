import { PLAYERS_SCALE } from "./demo-jobs.ts";

/** A story as `demo` plays it: the command that anyone would type, and how much of it one by one. */
export interface DemoStory {
  readonly letter: string;
  readonly title: string;
  /** The arguments after `fanfetch`, given the server's address and a folder with `names.csv`. */
  readonly argv: (server: string, folder: string) => readonly string[];
  /** For the run one by one: the same with fewer inputs, where all would take too long. */
  readonly fewer?: (server: string, folder: string) => readonly string[];
  /** How many times fewer those are. */
  readonly scale: number;
}

/** Names for story C; a hundred different ones, made of syllables. */
export function demoNames(): readonly string[] {
  const first = ["An", "Be", "Ca", "Da", "El", "Fi", "Go", "Ha", "Is", "Jo"];
  const last = ["na", "rit", "lo", "mir", "sa", "nes", "ra", "dor", "li", "ton"];
  return first.flatMap((start) => last.map((end) => start + end));
}

const NAME_FLAGS = ["--pick", "gender", "-j", "100", "--per-host", "100"];

/** Response times and sizes of story D's pages: five different ones, together about 2.3 s. */
const PAGES = [
  ["480ms", "198kB"],
  ["470ms", "61kB"],
  ["460ms", "302kB"],
  ["450ms", "22kB"],
  ["440ms", "5kB"],
] as const;

/** The stories that this version can tell whole. */
export const DEMO_STORIES: readonly DemoStory[] = [
  {
    letter: "A",
    title: "490 players from one list",
    argv: (server, folder) => jobOf(folder, "players.yaml", `${server}/stats`),
    fewer: (server, folder) => jobOf(folder, "few-players.yaml", `${server}/stats`),
    scale: PLAYERS_SCALE,
  },
  {
    letter: "B",
    title: "500 queries, all their pages",
    argv: (server, folder) => jobOf(folder, "places.yaml", `${server}/maps/api/place`),
    fewer: (server, folder) => jobOf(folder, "few-places.yaml", `${server}/maps/api/place`),
    scale: 100,
  },
  {
    letter: "C",
    title: "100 names, the gender of each",
    argv: (server, folder) => [
      "map",
      `${folder}/names.csv`,
      `${server}/?name={name}`,
      ...NAME_FLAGS,
    ],
    fewer: (server, folder) => [
      "map",
      `${folder}/ten-names.csv`,
      `${server}/?name={name}`,
      ...NAME_FLAGS,
    ],
    scale: 10,
  },
  {
    letter: "D",
    title: "five pages of half a second",
    argv: (server) => [
      "get",
      ...PAGES.map(([time, size]) => `${server}/slow/${time}/bytes/${size}`),
    ],
    scale: 1,
  },
  {
    letter: "E",
    title: "a web book, bound to one PDF",
    argv: (server, folder) => [
      ...["crawl", `${server}/book/`, "--no-robots", "--per-host", "12"],
      ...["--merge", `${folder}/book.pdf`, "--force", "--run", `${folder}/book-run`],
    ],
    scale: 1,
  },
];

/** The same run for both modes: each begins it anew. */
function jobOf(folder: string, name: string, base: string): readonly string[] {
  return [
    "run",
    `${folder}/${name}`,
    "--set",
    `base=${base}`,
    "--force",
    "--run",
    `${folder}/${name}-run`,
  ];
}
