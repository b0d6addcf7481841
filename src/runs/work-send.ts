import { resolveLimits } from "../engine/resolve-limits.ts";
import type { Session } from "../engine/session.ts";
import { once } from "../middleware/once.ts";
import type { WorkSettings } from "./work-settings.ts";
import type { WorkRun } from "./work-run.ts";

/**
 * Equal questions of one run are asked once, of a run on disk however far they are apart; of two runs
 * (`compare`) they are asked twice.
 */
export async function sendOf(
  session: Session,
  { settings, durable }: Sending,
): Promise<Session["send"]> {
  const send = await askedSend(session, { settings, durable });
  return settings.known === undefined ? send : settings.known(send);
}

async function askedSend(
  session: Session,
  { settings, durable }: Sending,
): Promise<Session["send"]> {
  const around = settings.step?.around;
  if (settings.request.duplicates !== "asked once") {
    return around === undefined ? session.send : around(session.send, session.send);
  }
  const asked = once(await durable?.journal.openArchive())(session.send);
  return around === undefined ? asked : once()(around(asked, session.send));
}

interface Sending {
  readonly settings: WorkSettings;
  readonly durable: WorkRun | undefined;
}

/** How many may be out: sequential is a window of one; rows that share a place are let in together. */
export function windowOf(
  settings: WorkSettings,
  { turnsAt }: Session,
): { readonly window: number; readonly turnsAt: Session["turnsAt"] } {
  const { rowsAtOnce = 1 } = settings.step ?? {};
  if (settings.mode === "sequential") return { window: rowsAtOnce, turnsAt: () => rowsAtOnce };
  const { concurrency } = resolveLimits(settings.session);
  if (rowsAtOnce === 1) return { window: concurrency, turnsAt };
  return { window: concurrency * rowsAtOnce, turnsAt: (host) => turnsAt(host) * rowsAtOnce };
}
