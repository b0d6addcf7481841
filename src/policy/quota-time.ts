import { isStock, type QuotaRate } from "./quota.ts";
import { keptWindowMs } from "./token-bucket.ts";

/** Milliseconds from the first to the last of `count` departures to one host under its rates. */
export function timeUnderRates(rates: readonly QuotaRate[], count: number): number {
  if (count < 2 || rates.length === 0) return 0;
  const paceMs = paceOf(rates);
  const stocks = rates
    .filter((rate) => isStock(rate))
    .toSorted((one, other) => other.perMs - one.perMs);
  return timeFor(stocks, count, paceMs);
}

/** Windows of a stock that so many departures are spread over: days of a quota per day. */
export function windowsOf(stock: QuotaRate, count: number): number {
  return Math.ceil(count / stock.count);
}

/** Each window gives its stock, as fast as the smaller ones and the pace allow; then the next is waited for. */
function timeFor(stocks: readonly QuotaRate[], count: number, paceMs: number): number {
  const [stock, ...smaller] = stocks;
  if (stock === undefined) return (count - 1) * paceMs;
  const before = windowsOf(stock, count) - 1;
  const windowMs = keptWindowMs(stock.perMs);
  const inLast = count - before * stock.count;
  // A window whose stock is not used up before it ends holds nobody.
  return Math.max(
    timeFor(smaller, count, paceMs),
    before * windowMs + timeFor(smaller, inLast, paceMs),
  );
}

/** Milliseconds between two departures that the paces among the rates keep. */
function paceOf(rates: readonly QuotaRate[]): number {
  const paces = rates.filter((rate) => !isStock(rate));
  return Math.max(0, ...paces.map(({ count, perMs }) => keptWindowMs(perMs) / count));
}
