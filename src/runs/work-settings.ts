import type { Send } from "../core/send.ts";
import type { SharedParts } from "../engine/session.ts";
import type { SessionOptions } from "../engine/session-options.ts";
import type { PickedColumn } from "../jobs/extract-picks.ts";
import type { AnswerRule } from "../middleware/answer-rules.ts";
import type { Detour } from "../transport/undici-routes.ts";
import type { CrawlListing } from "./crawl-listing.ts";
import type { CrawlSettings } from "./crawl-settings.ts";
import type { InputSettings } from "./input-settings.ts";
import type { JobIdentification } from "./job-auth.ts";
import type { OutputSettings } from "./output-settings.ts";
import type { Caps } from "./request-cap.ts";
import type { RequestSettings } from "./request-settings.ts";
import type { RunSettings, SendingCommand } from "./run-settings.ts";
import type { ChangesWanted } from "./tell-changes.ts";
import type { SharingOptions } from "./request-sharing.ts";
import type { StepWork } from "./step-work.ts";

/** Everything that decides a piece of work: checked, in numbers and milliseconds, frozen. */
export interface WorkSettings {
  readonly command: SendingCommand | "run";
  readonly input: InputSettings;
  /** For `crawl`: what is followed, from the URLs of the input. */
  readonly crawl?: CrawlSettings | undefined;
  readonly request: RequestSettings;
  readonly session: SessionOptions;
  readonly mode: "sequential" | "concurrent";
  /** JMESPath conditions on the answer; undefined where none was given. */
  readonly failIf: string | undefined;
  readonly retryIf: string | undefined;
  readonly onFailure: "go on" | "stop";
  readonly caps: Caps;
  /** What happens when a quota is used up: the run stops, or waits until it is full again. */
  readonly limits: { readonly wait: "stop" | "wait" };
  readonly output: OutputSettings;
  readonly run: RunSettings;
  /** Where redirects may lead. */
  readonly redirectsTo: "public" | "anywhere";
  /** File for the cookies that servers set. */
  readonly cookieJar: string | undefined;
  /** Set for a rehearsal: where every connection leads in place of its server. */
  readonly detour?: Detour;
  /** Set for the plan of a crawl: it reads its pages, and lists its files. */
  readonly listing?: CrawlListing;
  /** Lists in pages, or batches of rows; undefined where each row is a request. */
  readonly sharing?: SharingOptions | undefined;
  /** Of a step of a job: what it brings in place of input, URL and expressions. */
  readonly step?: StepWork;
  /** Of a job: made anew for each run, for a rule may learn from the answers that it sees. */
  readonly rules?: (() => Promise<readonly AnswerRule[]>) | undefined;
  /** Of a crawl of a job: the columns that are picked, in place of expressions. */
  readonly picked?: readonly PickedColumn[] | undefined;
  /** Of a job: who asks; undefined where nothing is asked, or nobody shows who. */
  readonly who?: JobIdentification | undefined;
  /** Of a step of a job: what its session has in common with those of the other steps. */
  readonly shared?: SharedParts | undefined;
  /** Of a job that is run again: what its earlier run has answered already. */
  readonly known?: ((send: Send) => Send) | undefined;
  /** What is told of how it differs from the run before. @default words, where there was one */
  readonly changes?: ChangesWanted | undefined;
  /** Whether V8 may be set for this work: a process of ours, or a program that has other work too. */
  readonly v8: "tuned" | "as it is";
}
