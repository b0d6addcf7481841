/** fanfetch: a list of things in, a list of answers out. */
export type { HoldReason, Listener, RunEvent } from "./core/event.ts";
export { FAILURE_CODES, Failure, type FailureCode } from "./core/failure.ts";
export type { HeaderList, ResponseHeaders } from "./core/headers.ts";
export type { Answered, Failed, Outcome, Skipped } from "./core/outcome.ts";
export type { HttpRequest, RequestParts } from "./core/request.ts";
export { type BodyFile, HttpResponse } from "./core/response.ts";
export type { Timing, WireTiming } from "./core/timing.ts";
export type { Call } from "./core/call.ts";
export type { Middleware, Send } from "./core/send.ts";
export {
  type Asked,
  type CallOptions,
  type Many,
  openSession,
  type RowOutcome,
  type Session,
} from "./engine/session.ts";
export {
  type Limits,
  type Rate,
  SESSION_DEFAULTS,
  type SessionOptions,
} from "./engine/session-options.ts";
export {
  defineStep,
  type DefinedStep,
  type StepDefinition,
  type StepOfProgram,
} from "./jobs/define-step.ts";
export {
  defineJob,
  type Job,
  type JobOfProgram,
  type JobExpression,
  type JobOutputs,
} from "./jobs/job.ts";
export type { JobStep } from "./jobs/job-step.ts";
export { runJob, type RunJobOptions } from "./runs/run-job.ts";
export type { JobResult, JobStop, PlainRow, StepResult } from "./runs/job-result.ts";
export { VERSION } from "./engine/version.ts";
