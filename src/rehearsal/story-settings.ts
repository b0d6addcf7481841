/** How the stories' servers behave. Times in milliseconds. */
export interface StorySettings {
  /** Of one call to the players' API. @default 1500 */
  readonly playersMs: number;
  /** Of one call to the places' API. @default 330 */
  readonly placesMs: number;
  /** Until a places page's token works. @default 2000 */
  readonly pageTokenMs: number;
  /** Queries that one key of the places' API has in a second; more are refused. @default no limit */
  readonly placesPerSecond: number;
  /** Of one call to the names' API. @default 1200 */
  readonly namesMs: number;
  /** Names that one client may ask for in a day. @default 10,000,000 */
  readonly namesPerDay: number;
  /** Of the middle one of the five pages. @default 400 */
  readonly pagesMs: number;
  /** Of one page or chapter of the book. @default 120 */
  readonly bookMs: number;
  /** Bytes of a chapter of the web book, about. @default 20000 */
  readonly chapterBytes: number;
  /** Pause that robots.txt asks for. @default 1000 */
  readonly crawlDelayMs: number;
}

/** The stories as they were told: 12 minutes, 2.5 hours, 2 minutes and 2 seconds one by one. */
export const STORY_DEFAULTS: StorySettings = {
  playersMs: 1500,
  placesMs: 330,
  pageTokenMs: 2000,
  placesPerSecond: Number.POSITIVE_INFINITY,
  namesMs: 1200,
  namesPerDay: 10_000_000,
  pagesMs: 400,
  bookMs: 120,
  chapterBytes: 20_000,
  crawlDelayMs: 1_000,
};
