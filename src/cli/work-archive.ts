import { systemClock } from "../core/clock.ts";
import type { HeaderList } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import { VERSION } from "../engine/version.ts";
import { warcCompressionOf } from "../formats/warc-record.ts";
import type { Sink } from "../sinks/sink.ts";
import { openWarcSink } from "../sinks/warc-sink.ts";
import { asSent } from "./as-sent.ts";
import type { Settings } from "./settings.ts";
import type { WorkRun } from "./work-run.ts";
import { titleOf } from "./work-title.ts";

/** Opens the WARC that a run's exchanges go to. @throws UsageError, DiskError for a file that cannot be */
export async function openArchive(
  settings: Settings,
  { journal, standing: noted }: WorkRun,
  inputs: readonly string[],
): Promise<Sink> {
  const { path, existing } = settings.output;
  // An archive of which nothing was committed begins anew.
  const standing = noted?.bytes === 0 ? undefined : noted;
  const exists = noted === undefined ? existing : "overwrite";
  const { identity, directory, sessions } = journal.run;
  return await openWarcSink(
    { path, exists, inputs, ...(standing === undefined ? {} : { standing }) },
    {
      compression: warcCompressionOf(path)!,
      info: {
        version: VERSION,
        description: titleOf(settings),
        run: `${identity.work} ${directory}`,
        beganMs: sessions[0]?.beganMs ?? systemClock.wallNow(),
      },
      fieldsOf: sentFields(settings),
      marks: "kept",
    },
  );
}

/** The fields of a request as they leave, those of ours added; a User-Agent by chance is not known. */
function sentFields(settings: Settings): (request: HttpRequest) => HeaderList {
  const isByChance = settings.session.userAgent === "random";
  return (request) => {
    const [shown] = asSent(settings, [request]);
    return shown!.headers.flatMap(({ name, value }) => {
      const isGuess = isByChance && name === "user-agent";
      return value === null || isGuess ? [] : [name, value];
    });
  };
}
