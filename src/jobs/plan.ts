import { affordable, type Money } from "../formats/money.ts";
import { type PlannedTime, plannedTimes, type TimeLimits } from "./planned-times.ts";
import type { Survey } from "./survey.ts";

/** What a plan is made from besides the input. */
export interface PlanOptions extends TimeLimits {
  readonly price?: Money | undefined;
  readonly maxCost?: Money | undefined;
  /** What earlier processes of the run have paid. @default nothing */
  readonly paid?: Money | undefined;
  readonly maxRequests?: number | undefined;
}

/** What the requests cost. */
export interface PlannedCost {
  readonly price: Money;
  /** Of what is still owed, each asked once. */
  readonly total: Money;
  /** What the run has cost already. */
  readonly paid: Money;
  readonly maxCost: Money | undefined;
}

/** The first cap that stops a run before its input ends. */
export interface PlannedStop {
  readonly by: "--max-cost" | "--max-requests";
  /** Requests that it lets leave. */
  readonly after: number;
}

/** What would be sent: how much, how long, for what money. */
export interface Plan {
  readonly survey: Survey;
  /** By what limits it takes how long; all hold together. */
  readonly times: readonly PlannedTime[];
  /** The longest of these; undefined where no limit is known. Milliseconds. */
  readonly durationMs: number | undefined;
  readonly cost: PlannedCost | undefined;
  readonly stop: PlannedStop | undefined;
}

/** Makes the plan of what is still owed. Pure: nothing is sent, no clock is asked. */
export function planOf(survey: Survey, options: PlanOptions): Plan {
  const times = plannedTimes(survey.hosts, options);
  return {
    survey,
    times,
    durationMs: times.length === 0 ? undefined : Math.max(...times.map((time) => time.durationMs)),
    cost: costOf(survey, options),
    stop: stopOf(survey, options),
  };
}

function costOf({ owed }: Survey, options: PlanOptions): PlannedCost | undefined {
  const { price, paid = 0n, maxCost } = options;
  if (price === undefined) return undefined;
  return { price, total: price * BigInt(owed), paid, maxCost };
}

function stopOf({ owed }: Survey, options: PlanOptions): PlannedStop | undefined {
  const { price, maxCost, paid = 0n, maxRequests = Number.POSITIVE_INFINITY } = options;
  const paidFor =
    price === undefined || maxCost === undefined
      ? Number.POSITIVE_INFINITY
      : affordable(maxCost - paid, price);
  const after = Math.min(paidFor, maxRequests);
  if (after >= owed) return undefined;
  return { by: paidFor < maxRequests ? "--max-cost" : "--max-requests", after };
}
