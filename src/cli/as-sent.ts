import { createCall } from "../core/call.ts";
import type { HttpRequest } from "../core/request.ts";
import { VERSION } from "../engine/version.ts";
import { identity } from "../middleware/identity.ts";
import { showRequest, type ShownRequest } from "../report/shown-request.ts";
import { ACCEPT_ENCODING } from "../transport/decode.ts";
import type { WorkSettings } from "../runs/work-settings.ts";

/** Requests as they would leave, our own fields added, without their secrets. Cookies of a jar are not among them. */
export function asSent(
  settings: WorkSettings,
  requests: readonly HttpRequest[],
): readonly ShownRequest[] {
  const shown: ShownRequest[] = [];
  const { userAgent = `fanfetch/${VERSION}` } = settings.session;
  const complete = identity({
    userAgent: userAgent === "random" ? "(a browser's, by chance)" : userAgent,
    acceptEncoding: ACCEPT_ENCODING,
    removedHeaders: settings.request.removedHeaders,
  })((request) => {
    shown.push(showRequest(request));
    // Nobody waits for the answer of what is not sent.
    return new Promise(() => {});
  });
  for (const request of requests) void complete(request, createCall());
  return shown;
}
