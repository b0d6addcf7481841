import type { Check, Evidence } from "./evidence.ts";
import { judgeAccount, judgeFailures, judgeRepeats } from "./judge-account.ts";
import { judgeGoodput } from "./judge-goodput.ts";
import { judgeHolds } from "./judge-holds.ts";
import { judgeManners } from "./judge-manners.ts";
import { judgePlaces } from "./judge-places.ts";
import { judgeRates } from "./judge-rates.ts";
import { judgeRefusals } from "./judge-refusals.ts";

/** The list that a rehearsal ends in: each promise, whether it was kept, and what the server saw of it. */
export function judge(evidence: Evidence): readonly Check[] {
  return [
    judgeAccount(evidence),
    judgeFailures(evidence),
    judgeRepeats(evidence),
    ...judgePlaces(evidence),
    ...judgeRates(evidence),
    judgeHolds(evidence),
    judgeRefusals(evidence),
    judgeManners(evidence),
    judgeGoodput(evidence),
  ];
}
