import { UsageError } from "../core/usage-error.ts";
import { formatCount } from "./quantity.ts";

/** An amount of some currency in millionths of a millionth of its unit: sums and multiples are exact. */
export type Money = bigint;

/** Decimal places that an amount has room for. */
const PLACES = 12;
const UNIT = 10n ** BigInt(PLACES);
const CENT = UNIT / 100n;

/**
 * The amount that a decimal number says, such as `0.005` or `20`. No commas: `0,005` would be read as
 * five by some and as half a cent by others.
 * @throws UsageError for anything else, for nothing and for more than 12 decimal places.
 */
export function parseMoney(text: string): Money {
  const match = /^(\d{0,15})(?:\.(\d{0,12}))?$/.exec(text.trim());
  const [, whole = "", part = ""] = match ?? [];
  const amount = BigInt(whole + part.padEnd(PLACES, "0"));
  if (match === null || amount === 0n) {
    throw new UsageError(`"${text}" is not an amount above 0; write for example 0.005 or 20`);
  }
  return amount;
}

/** The amount to its last digit, at least to cents: `20.00`, `0.005`, `133.205`. `parseMoney` reads it again. */
export function exactMoney(amount: Money): string {
  const part = String(amount % UNIT).padStart(PLACES, "0");
  return `${amount / UNIT}.${part.slice(0, 2)}${part.slice(2).replace(/0+$/, "")}`;
}

/** The amount for people, rounded half up to cents: `133.21`, `1,250.00`. */
export function formatMoney(amount: Money): string {
  const cents = (amount + CENT / 2n) / CENT;
  return `${formatCount(cents / 100n)}.${String(cents % 100n).padStart(2, "0")}`;
}

/** How many things of this price an amount pays for: a whole number, 0 for an amount below 0. */
export function affordable(amount: Money, price: Money): number {
  return amount < price ? 0 : Number(amount / price);
}
