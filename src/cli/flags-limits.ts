import { SESSION_DEFAULTS } from "../engine/session-options.ts";
import { GOING_ON, SENDING, type Flag } from "./flag.ts";

const group = "Limits";
const commands = [...SENDING, "run", ...GOING_ON] as const;
/** These decide what an answer is: for all rows of a run alike. */
const deciding = SENDING;

/** How much at once, how often again, what counts as an answer, and when to stop. */
export const LIMIT_FLAGS: readonly Flag[] = [
  {
    name: "concurrency",
    letter: "j",
    argument: "N|auto",
    group,
    doc: "requests in flight in all",
    default: `auto: up to ${SESSION_DEFAULTS.concurrency}`,
    values: ["auto"],
    take: "such as",
    commands,
  },
  {
    name: "per-host",
    argument: "N|auto",
    group,
    doc: "requests in flight to one host",
    default: "auto: learned",
    values: ["auto"],
    take: "such as",
    commands,
  },
  {
    name: "rate",
    argument: "N/UNIT",
    group,
    doc: "most departures to one host: 10/s, 5000/d; several hold together",
    repeat: "adds",
    commands,
  },
  {
    name: "mode",
    argument: "MODE",
    group,
    doc: "one request after the other, or many at once",
    default: "concurrent",
    values: ["sequential", "concurrent"],
    take: "only",
    commands,
  },
  {
    name: "retries",
    argument: "N",
    group,
    doc: "times a failed request is sent again",
    default: `${SESSION_DEFAULTS.retries}`,
    commands,
  },
  {
    name: "max-retry-after",
    argument: "DURATION",
    group,
    doc: "longest wait a server is given; a longer Retry-After is cut to it",
    default: `${SESSION_DEFAULTS.maxRetryAfterMs / 60_000}m`,
    commands,
  },
  {
    name: "accept",
    argument: "STATUSES",
    group,
    doc: "statuses that are answers, such as 2xx,404",
    default: "2xx",
    commands: deciding,
  },
  {
    name: "fail-if",
    argument: "EXPR",
    group,
    doc: "an answer for which this holds has failed, such as 'status!=`OK`'",
    commands: deciding,
  },
  {
    name: "retry-if",
    argument: "EXPR",
    group,
    doc: "an answer for which this holds is asked for again",
    commands: deciding,
  },
  { name: "fail-fast", group, doc: "stop at the first failure", commands },
  { name: "max-requests", argument: "N", group, doc: "stop after this many requests", commands },
  {
    name: "max-bytes",
    argument: "SIZE",
    group,
    doc: "stop after this much was received, such as 2GB",
    commands,
  },
  { name: "max-time", argument: "DURATION", group, doc: "stop after this long", commands },
  {
    name: "price",
    argument: "PRICE",
    group,
    doc: "what one request costs, such as 0.005",
    commands,
  },
  {
    name: "max-cost",
    argument: "COST",
    group,
    doc: "stop before a run costs more than this, such as 20",
    commands,
  },
  { name: "wait", group, doc: "wait for a quota to reset and go on by itself", commands },
];
