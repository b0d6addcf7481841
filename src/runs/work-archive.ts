import { createCall } from "../core/call.ts";
import { systemClock } from "../core/clock.ts";
import type { HeaderList } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import { VERSION } from "../engine/version.ts";
import { warcCompressionOf } from "../formats/warc-record.ts";
import { identity } from "../middleware/identity.ts";
import type { Sink } from "../sinks/sink.ts";
import { openWarcSink } from "../sinks/warc-sink.ts";
import { ACCEPT_ENCODING } from "../transport/decode.ts";
import type { RunJob } from "./run-settings.ts";
import type { WorkRun } from "./work-run.ts";
import type { WorkSettings } from "./work-settings.ts";

/**
 * Opens the WARC that a run's exchanges go to; it is never one of the files in `inputs`.
 * @throws UsageError, DiskError for a file that cannot be
 */
export async function openArchive(
  settings: WorkSettings,
  { journal, standing: noted }: WorkRun,
  inputs: readonly string[],
): Promise<Sink> {
  const { path, existing } = settings.output;
  // An archive of which nothing was committed begins anew.
  const standing = noted?.bytes === 0 ? undefined : noted;
  const exists = noted === undefined ? existing : "overwrite";
  const { directory, facts, identity: run, sessions } = journal.run;
  const { title } = JSON.parse(facts.get("job")!) as RunJob;
  return await openWarcSink(
    { path, exists, inputs, ...(standing === undefined ? {} : { standing }) },
    {
      compression: warcCompressionOf(path)!,
      info: {
        version: VERSION,
        description: title,
        run: `${run.work} ${directory}`,
        beganMs: sessions[0]?.beganMs ?? systemClock.wallNow(),
      },
      fieldsOf: sentFields(settings),
      marks: "kept",
    },
  );
}

/** The fields of a request as they leave, those of ours added; a User-Agent by chance is not known. */
function sentFields({ session, request }: WorkSettings): (request: HttpRequest) => HeaderList {
  const { userAgent = `fanfetch/${VERSION}` } = session;
  const { removedHeaders } = request;
  let fields: HeaderList = [];
  const complete = identity({
    userAgent,
    acceptEncoding: ACCEPT_ENCODING,
    removedHeaders: userAgent === "random" ? [...removedHeaders, "user-agent"] : removedHeaders,
  })((completed) => {
    fields = completed.headers;
    // Nobody waits for the answer of what is not sent.
    return new Promise(() => {});
  });
  return (asked) => {
    void complete(asked, createCall());
    return fields;
  };
}
