import { resolveLimits } from "../engine/resolve-limits.ts";
import type { Session } from "../engine/session.ts";
import { once } from "../middleware/once.ts";
import type { Settings } from "./settings.ts";
import type { WorkRun } from "./work-run.ts";

/**
 * Equal questions of one run are asked once, of a run on disk however far they are apart; of two runs
 * (`compare`) they are asked twice.
 */
export async function sendOf(
  session: Session,
  { settings, durable }: Sending,
): Promise<Session["send"]> {
  if (settings.request.duplicates !== "asked once") return session.send;
  return once(await durable?.journal.openArchive())(session.send);
}

export interface Sending {
  readonly settings: Settings;
  readonly durable: WorkRun | undefined;
}

/** Sequential is a window of one. */
export function windowOf(
  settings: Settings,
  { turnsAt }: Session,
): { readonly window: number; readonly turnsAt: Session["turnsAt"] } {
  if (settings.mode === "sequential") return { window: 1, turnsAt: () => 1 };
  return { window: resolveLimits(settings.session).concurrency, turnsAt };
}
