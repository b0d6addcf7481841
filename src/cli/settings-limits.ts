import { UsageError } from "../core/usage-error.ts";
import { SESSION_DEFAULTS, type Rate, type SessionOptions } from "../engine/session-options.ts";
import { exactMoney, parseMoney } from "../formats/money.ts";
import {
  parseCount,
  parseDuration,
  parseRate,
  parseSize,
  parseStatusSet,
} from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { checkText } from "../protocol/header-rules.ts";
import type { Caps } from "../runs/request-cap.ts";
import type { ReadRequest } from "./settings-request.ts";
import type { Values } from "./settings.ts";

/** @throws UsageError for a cap that is no number, size, duration or amount, and for one on cost without a price. */
export function readCaps(values: Values): Caps {
  const price = quantity(values, "price", parseMoney);
  const maxCost = quantity(values, "max-cost", parseMoney);
  if (maxCost !== undefined && price === undefined) {
    throw new UsageError("--max-cost needs --price: what one request costs, such as --price 0.005");
  }
  if (maxCost !== undefined && maxCost < price!) {
    throw new UsageError(
      `--max-cost ${exactMoney(maxCost)} does not pay for one request at --price ${exactMoney(price!)}`,
    );
  }
  return Object.freeze({
    price,
    maxCost,
    maxRequests: whole(values, "max-requests", 1),
    maxBytes: quantity(values, "max-bytes", some(parseSize)),
    maxTimeMs: quantity(values, "max-time", some(parseDuration)),
  });
}

/** How a session asks: the product's own choice where nothing was given. @throws UsageError for a limit that cannot hold. */
export function readSession(values: Values, request: ReadRequest): SessionOptions {
  const { limits, ...given } = readGivenSession(values);
  return Object.freeze({
    ...(request.userAgent === undefined ? {} : { userAgent: request.userAgent }),
    secretHeaders: request.settings.secretHeaders,
    timeoutMs: SESSION_DEFAULTS.timeoutMs,
    connectTimeoutMs: SESSION_DEFAULTS.connectTimeoutMs,
    retries: SESSION_DEFAULTS.retries,
    maxRetryAfterMs: SESSION_DEFAULTS.maxRetryAfterMs,
    ...given,
    limits: Object.freeze({ concurrency: "auto", perHost: "auto", rates: [], ...limits }),
  });
}

/** What was given of how a session asks, and nothing else. @throws UsageError for a limit that cannot hold. */
export function readGivenSession(values: Values): SessionOptions {
  const rates: Rate[] = [];
  for (const text of values.all("rate")) {
    for (const part of text.split(",")) rates.push(read("--rate", part.trim(), parseRate));
  }
  const proxy = values.last("proxy");
  if (proxy !== undefined) checkProxy(proxy);
  const insecureHosts = values.all("insecure");
  for (const host of insecureHosts) checkHost(host);
  return withoutGaps({
    limits: withoutGaps({
      concurrency: countOrAuto(values, "concurrency"),
      perHost: countOrAuto(values, "per-host"),
      rates: rates.length === 0 ? undefined : rates,
    }),
    timeoutMs: quantity(values, "timeout", some(parseDuration)),
    connectTimeoutMs: quantity(values, "connect-timeout", some(parseDuration)),
    minSpeedBytes: quantity(values, "min-speed", parseSpeed),
    downgrades: values.has("allow-downgrade") ? ("followed" as const) : undefined,
    retries: whole(values, "retries", 0),
    maxRetryAfterMs: quantity(values, "max-retry-after", parseDuration),
    accept: quantity(values, "accept", parseStatusSet),
    insecureHosts,
    proxy,
  });
}

/** The members that have a value. */
function withoutGaps<T extends object>(
  given: T,
): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}

/** A whole number of at least `least`, or undefined where the flag was not given. */
export function whole(values: Values, name: string, least: number): number | undefined {
  const text = values.last(name);
  if (text === undefined) return undefined;
  return read(`--${name}`, text, (one) => parseCount(one, least));
}

function countOrAuto(values: Values, name: string): number | "auto" | undefined {
  const text = values.last(name);
  if (text === undefined || text === "auto") return text;
  return read(`--${name}`, text, (one) => parseCount(one, 1));
}

/** What a flag's value means, or undefined where it was not given. @throws UsageError that names the flag. */
export function quantity<T>(
  values: Values,
  name: string,
  parse: (text: string) => T,
): T | undefined {
  const text = values.last(name);
  return text === undefined ? undefined : read(`--${name}`, text, parse);
}

/** Puts the flag's name before what a parser of the edge says. */
function read<T>(flag: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`${flag}: ${(error as Error).message}`, { cause: error });
  }
}

/** The same parser, for what cannot be nothing at all. */
function some(parse: (text: string) => number): (text: string) => number {
  return (text) => {
    const value = parse(text);
    if (value > 0) return value;
    throw new UsageError(`"${text}" has to be more than nothing`);
  };
}

/** `10kB` or `10kB/s`. */
function parseSpeed(text: string): number {
  return parseSize(text.replace(/\/s$/, ""));
}

function checkProxy(text: string): void {
  checkText(text, "--proxy");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return;
  throw new UsageError("--proxy is a URL such as http://user:password@proxy.example:3128");
}

function checkHost(text: string): void {
  if (URL.canParse(`https://${text}/`)) {
    const url = new URL(`https://${text}/`);
    const plain =
      url.username === "" && url.pathname === "/" && url.search === "" && url.hash === "";
    if (plain && text !== "" && !/[/?#@\s]/.test(text)) return;
  }
  throw new UsageError(
    `--insecure names one host, such as api.example.com or [::1]:8443, not "${visible(text)}"`,
  );
}
