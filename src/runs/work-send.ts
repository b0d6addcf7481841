import { resolveLimits } from "../engine/resolve-limits.ts";
import type { Session } from "../engine/session.ts";
import { once } from "../middleware/once.ts";
import { AS_USUAL } from "../jobs/file-settings.ts";
import type { WorkSettings } from "./work-settings.ts";
import type { RequestSharing } from "./request-sharing.ts";
import type { WorkRun } from "./work-run.ts";

/**
 * Equal questions of one run are asked once, of a run on disk however far they are apart; of two runs
 * (`compare`) they are asked twice.
 */
export async function sendOf(session: Session, sending: Sending): Promise<Session["send"]> {
  const { settings } = sending;
  const send = await askedSend(session, sending);
  return settings.known === undefined ? send : settings.known(send);
}

async function askedSend(
  { send: fresh }: Session,
  { settings, sharing, durable, say }: Sending,
): Promise<Session["send"]> {
  const around = sharing?.around;
  const { request, output } = settings;
  const { names, times } = output.files ?? AS_USUAL;
  // Of an answer that is remembered, its header fields are not.
  const needsHeaders = names === "the server's" || times === "the server's";
  if (request.duplicates !== "asked once" || needsHeaders) {
    return around === undefined ? fresh : around({ once: fresh, fresh, say });
  }
  // What an archive of the web did not get before a kill has to come once more, in full.
  const kept = output.kind === "archive" ? undefined : await durable?.journal.openArchive();
  const asked = once(kept && { ...kept, mostBytes: HELD_BESIDE_ARCHIVE })(fresh);
  return around === undefined ? asked : once()(around({ once: asked, fresh, say }));
}

/** Bytes of answers that are held though an archive on disk has them: repeats are mostly near. */
const HELD_BESIDE_ARCHIVE = 1024 * 1024;

interface Sending {
  readonly settings: WorkSettings;
  /** How rows and requests go together; undefined where each row is a request. */
  readonly sharing: RequestSharing | undefined;
  readonly durable: WorkRun | undefined;
  readonly say: (line: string) => void;
}

/** How many may be out: sequential is a window of one; rows that share a place are let in together. */
export function windowOf(
  { settings, sharing }: Pick<Sending, "settings" | "sharing">,
  { turnsAt }: Session,
): { readonly window: number; readonly turnsAt: Session["turnsAt"] } {
  const { rowsAtOnce = 1 } = sharing ?? {};
  if (settings.mode === "sequential") return { window: rowsAtOnce, turnsAt: () => rowsAtOnce };
  const { concurrency } = resolveLimits(settings.session);
  if (rowsAtOnce === 1) return { window: concurrency, turnsAt };
  return { window: concurrency * rowsAtOnce, turnsAt: (host) => turnsAt(host) * rowsAtOnce };
}
