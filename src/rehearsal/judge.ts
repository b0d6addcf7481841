import type { Check, Evidence } from "./evidence.ts";
import { judgeAccount, judgeFailures, judgeRepeats } from "./judge-account.ts";
import { judgeGoodput } from "./judge-goodput.ts";
import { judgeHolds } from "./judge-holds.ts";
import { judgeManners } from "./judge-manners.ts";
import { judgeAllPlaces, judgeHostPlaces } from "./judge-places.ts";
import { judgeRates } from "./judge-rates.ts";
import { judgeRefusals } from "./judge-refusals.ts";

/** The list that a rehearsal ends in: each promise, whether it was kept, and what the server saw of it. */
export function judge(evidence: Evidence): readonly Check[] {
  const ofHosts = [judgeHostPlaces(evidence), ...judgeRates(evidence), judgeHolds(evidence)];
  return [
    judgeAccount(evidence),
    judgeFailures(evidence),
    judgeRepeats(evidence),
    judgeAllPlaces(evidence),
    ...(evidence.client.mixedHosts === 0 ? ofHosts : ofHosts.map(unjudged)),
    judgeRefusals(evidence),
    judgeManners(evidence),
    judgeGoodput(evidence),
  ];
}

/** Limits hold for an origin; without TLS its two schemes look like one host. */
function unjudged({ name, evidence }: Check): Check {
  const why = "a host was asked over http and https, which look alike here";
  return { name, result: "not judged", evidence: `${evidence}; ${why}` };
}
