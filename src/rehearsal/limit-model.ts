// What the rehearsal server and the tests of the rate learner play: servers that limit, as text.
export { limitModelOf } from "./limits/limit-spec.ts";
export type { LimitModel, Verdict } from "./limits/verdict.ts";
