import type { Money } from "../formats/money.ts";
import type { EarlierSession } from "../queue/journal-messages.ts";
import { storedJson } from "../queue/stored-json.ts";

/** What a journal tells of the money that its run has cost. */
export interface PaidRun {
  readonly sessions: readonly EarlierSession[];
  /** `reserved`: the most that the run may have cost, noted before it was spent. */
  readonly facts?: ReadonlyMap<string, string>;
}

/** Of what a session counted. */
interface Paid {
  readonly paid?: string;
  readonly requests?: number;
}

/**
 * What earlier processes of a run have paid; undefined where nobody ever named a price. Requests of a
 * process that knew no price cost the price of today. After a process that ended without a word the
 * whole reservation counts: what it sent last was noted nowhere.
 */
export function earlierCost(run: PaidRun, price: Money | undefined): Money | undefined {
  let paid = price === undefined ? undefined : 0n;
  let isKnown = true;
  for (const { counters, endedMs } of run.sessions) {
    const counted = storedJson<Paid>(counters ?? "{}", "what a session counted");
    if (counted.paid !== undefined) paid = BigInt(counted.paid);
    else if (price !== undefined) paid = (paid ?? 0n) + price * BigInt(counted.requests ?? 0);
    if (endedMs === null) isKnown = false;
    else if (counted.paid !== undefined) isKnown = true;
  }
  const reserved = isKnown ? undefined : run.facts?.get("reserved");
  if (reserved === undefined) return paid;
  const most = BigInt(JSON.parse(reserved) as string);
  return paid === undefined || most > paid ? most : paid;
}
