import { UsageError } from "../core/usage-error.ts";
import { SESSION_DEFAULTS, type Rate, type SessionOptions } from "../engine/session-options.ts";
import { exactMoney, type Money, parseMoney } from "../formats/money.ts";
import {
  parseCount,
  parseDuration,
  parseRate,
  parseSize,
  parseStatusSet,
} from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { checkText } from "../protocol/header-rules.ts";
import type { ReadRequest } from "./settings-request.ts";
import type { Values } from "./settings.ts";

/** When to stop; undefined is never. A run stopped by one ends with exit code 3. */
export interface Caps {
  readonly maxRequests: number | undefined;
  readonly maxBytes: number | undefined;
  readonly maxTimeMs: number | undefined;
  /** Of one request; undefined where none was named. */
  readonly price: Money | undefined;
  /** What a run may cost, its earlier processes included. */
  readonly maxCost: Money | undefined;
}

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
    maxBytes: quantity(values, "max-bytes", parseSize),
    maxTimeMs: quantity(values, "max-time", parseDuration),
  });
}

/** @throws UsageError for a limit that cannot hold. */
export function readSession(values: Values, request: ReadRequest): SessionOptions {
  const rates: Rate[] = [];
  for (const text of values.all("rate")) {
    for (const part of text.split(",")) rates.push(read("--rate", part.trim(), parseRate));
  }
  const proxy = values.last("proxy");
  if (proxy !== undefined) checkProxy(proxy);
  const insecure = values.all("insecure");
  for (const host of insecure) checkHost(host);
  const accept = quantity(values, "accept", parseStatusSet);
  return Object.freeze({
    ...(request.userAgent === undefined ? {} : { userAgent: request.userAgent }),
    secretHeaders: request.settings.secretHeaders,
    limits: Object.freeze({
      concurrency: countOrAuto(values, "concurrency"),
      perHost: countOrAuto(values, "per-host"),
      rates,
    }),
    timeoutMs: quantity(values, "timeout", parseDuration) ?? SESSION_DEFAULTS.timeoutMs,
    connectTimeoutMs:
      quantity(values, "connect-timeout", parseDuration) ?? SESSION_DEFAULTS.connectTimeoutMs,
    retries: whole(values, "retries", 0) ?? SESSION_DEFAULTS.retries,
    maxRetryAfterMs:
      quantity(values, "max-retry-after", parseDuration) ?? SESSION_DEFAULTS.maxRetryAfterMs,
    ...(accept === undefined ? {} : { accept }),
    insecureHosts: insecure,
    proxy,
  });
}

/** A whole number of at least `least`, or undefined where the flag was not given. */
export function whole(values: Values, name: string, least: number): number | undefined {
  const text = values.last(name);
  if (text === undefined) return undefined;
  return read(`--${name}`, text, (one) => parseCount(one, least));
}

function countOrAuto(values: Values, name: string): number | "auto" {
  const text = values.last(name);
  if (text === undefined || text === "auto") return "auto";
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
