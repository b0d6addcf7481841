/** What tests of programs on fanfetch use: a network that answers from a script, time that stands still, a server that plays parts. */
export { createManualClock, type ManualClock } from "./transport/manual-clock.ts";
export {
  createScriptedTransport,
  type Script,
  type ScriptedAnswer,
  type ScriptedTransport,
} from "./transport/scripted.ts";
export { startRehearsal } from "./rehearsal/rehearsal.ts";
