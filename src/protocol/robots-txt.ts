import { comparablePath } from "./robots-path.ts";
import { createRobotsRule, type RobotsRule } from "./robots-rule.ts";

/** What a site's robots.txt says to one crawler. */
export interface RobotsTxt {
  /** Whether a URL, or a path and query, may be asked for. */
  isAllowed(url: string | URL): boolean;
  /** Pause that it wants between two requests, where it says so. Not in the RFC, but widely meant. */
  readonly crawlDelayMs: number | undefined;
  /** Sitemaps that it names, as they stand there. */
  readonly sitemaps: readonly string[];
  /** Rules that are kept for this crawler: what it takes in memory. */
  readonly rules: number;
}

/** Bytes of robots.txt that are read (RFC 9309 §2.5: at least 500 KiB). */
export const ROBOTS_BYTES = 500 * 1024;

/** More than any honest file has; the first ones count. */
const MOST_SITEMAPS = 1_000;
/** Rules with a `*` that one group may have: each is looked for in every URL. */
const MOST_WILDCARDS = 1_000;
/** A longer path and query is not compared: servers take no such URLs. */
const LONGEST_PATH = 8_192;

const UTF8 = new TextDecoder("utf-8");

/**
 * Reads robots.txt (RFC 9309) for the crawler of a product token (`fanfetch`), compared in any case. The
 * groups that name it count together; where none does, those for `*`. The longest rule that matches
 * decides, Allow between equals. Lenient as crawlers are: a colon may miss, unknown lines mean nothing,
 * of bytes, all beyond 500 KiB is ignored. Never throws; anything else than text makes no rules.
 */
export function parseRobotsTxt(bytes: Uint8Array | string, productToken: string): RobotsTxt {
  const text = typeof bytes === "string" ? bytes : UTF8.decode(wholeLines(bytes));
  const own = createGroup();
  const everyone = createGroup();
  const sitemaps: string[] = [];
  const token = productToken.toLowerCase();
  /** Whom the group that is being read is for, and whether it may still name others. */
  let applies: Group[] = [];
  let isNaming = false;
  for (const line of linesOf(text)) {
    const [name, value] = fieldOf(line);
    if (name === "user-agent") {
      if (!isNaming) applies = [];
      isNaming = true;
      const group = /^\*(?:\s|$)/.test(value) ? everyone : own;
      if (group === everyone || (token !== "" && tokenOf(value) === token)) {
        group.isNamed = true;
        applies.push(group);
      }
    } else if (name === "allow" || name === "disallow") {
      isNaming = false;
      for (const group of applies) addRule(group, name, value);
    } else if (name === "crawl-delay") {
      const seconds = /^\d{1,9}(?:\.\d{1,9})?(?=\s|$)/.exec(value)?.[0];
      for (const group of applies) {
        if (seconds !== undefined) group.crawlDelayMs ??= Number(seconds) * 1_000;
      }
    } else if (name === "sitemap" && value !== "" && sitemaps.length < MOST_SITEMAPS) {
      sitemaps.push(value);
    }
  }
  const { rules, crawlDelayMs } = own.isNamed ? own : everyone;
  rules.sort((a, b) => b.bytes - a.bytes || a.verb.localeCompare(b.verb));
  return {
    isAllowed: (url) => isAllowed(rules, url),
    crawlDelayMs,
    sitemaps,
    rules: rules.length,
  };
}

/** What all groups of one name say together. */
interface Group {
  isNamed: boolean;
  readonly rules: RobotsRule[];
  wildcards: number;
  crawlDelayMs: number | undefined;
}

function createGroup(): Group {
  return { isNamed: false, rules: [], wildcards: 0, crawlDelayMs: undefined };
}

/** Beyond the most wildcards the polite side is taken: a Disallow up to its first one, no Allow. */
function addRule(group: Group, verb: RobotsRule["verb"], pattern: string): void {
  let kept = pattern;
  const wildcard = pattern.indexOf("*");
  if (wildcard !== -1) {
    group.wildcards += 1;
    if (group.wildcards > MOST_WILDCARDS) kept = verb === "allow" ? "" : pattern.slice(0, wildcard);
  }
  const rule = createRobotsRule(verb, kept);
  if (rule !== undefined) group.rules.push(rule);
}

function isAllowed(rules: readonly RobotsRule[], url: string | URL): boolean {
  const target = targetOf(url);
  // RFC 9309 §2.2.2: the file itself is always allowed.
  if (target === "/robots.txt") return true;
  if (target.length > LONGEST_PATH) return rules.every((rule) => rule.verb === "allow");
  const path = comparablePath(target, "url");
  return rules.find((rule) => rule.matches(path))?.verb !== "disallow";
}

/** The bytes that are read; a line that they cut would be another rule. */
function wholeLines(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= ROBOTS_BYTES) return bytes;
  const end = bytes.lastIndexOf(0x0a, ROBOTS_BYTES);
  return bytes.subarray(0, end === -1 ? bytes.lastIndexOf(0x0d, ROBOTS_BYTES) + 1 : end);
}

function targetOf(url: string | URL): string {
  if (typeof url === "string" && url.startsWith("/")) return url;
  const parsed = typeof url === "string" ? URL.parse(url) : url;
  return parsed === null ? "/" : parsed.pathname + parsed.search;
}

/** The lines without comments and outer blanks, ended by LF, CRLF or CR; a byte order mark is none of the text. */
function linesOf(text: string): string[] {
  const lines = text.replace(/^\ufeff/, "").split(/[\r\n]+/);
  return lines.map((line) => {
    const comment = line.indexOf("#");
    return (comment === -1 ? line : line.slice(0, comment)).trim();
  });
}

/** `Name: value`, the name in small letters; where the colon misses, the first blank separates. */
function fieldOf(line: string): [name: string, value: string] {
  let end = line.indexOf(":");
  if (end === -1) end = line.search(/\s/);
  if (end === -1) return ["", ""];
  return [line.slice(0, end).trim().toLowerCase(), line.slice(end + 1).trim()];
}

/** The product token with which a User-Agent begins (`FooBot/1.2` is `foobot`), in small letters; "" where there is none. */
export function tokenOf(userAgent: string): string {
  return /^[\w-]+/.exec(userAgent)?.[0].toLowerCase() ?? "";
}
