import { ANSWERS } from "./answers.ts";
import type { Behaviour } from "./behaviour.ts";
import { CONDITIONS } from "./conditions.ts";
import { BOOK_SITE, ROBOTS_FILE } from "./story-book.ts";
import { NAMES_API } from "./story-names.ts";
import { WEB_BOOK_SITE } from "./story-web-book.ts";
import { PAGES_SITE } from "./story-pages.ts";
import { PLACES_API } from "./story-places.ts";
import { PLAYERS_API } from "./story-players.ts";

/** Everything that a path can say, by its word. The index page is made of the same table. */
export const BEHAVIOURS: ReadonlyMap<string, Behaviour> = new Map(
  [
    ...CONDITIONS,
    ...ANSWERS,
    PLAYERS_API,
    PLACES_API,
    NAMES_API,
    PAGES_SITE,
    BOOK_SITE,
    WEB_BOOK_SITE,
    ROBOTS_FILE,
  ].map((behaviour) => [behaviour.name, behaviour]),
);
