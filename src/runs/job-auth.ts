import { systemClock } from "../core/clock.ts";
import type { Halt } from "../core/halt.ts";
import type { Middleware } from "../core/send.ts";
import { openSession, type Session } from "../engine/session.ts";
import type { SessionOptions } from "../engine/session-options.ts";
import type { CompiledJob } from "../jobs/compile-job.ts";
import { credentialsOf } from "../jobs/job-credentials.ts";
import { originOf } from "../jobs/step-requests.ts";
import { createAuth } from "../middleware/auth.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import { cookies, createCookieStore } from "../middleware/cookies.ts";
import type { Detour } from "../transport/undici-routes.ts";

/** Who asks, for all steps of a job alike. */
export interface JobIdentification extends AsyncDisposable {
  readonly beforeGates: readonly Middleware[];
  readonly last: readonly Middleware[];
  /** From now on it is this run that stops where no key or token is left. */
  use(halt: Halt): void;
}

/** How tokens are asked for, and how long a key is waited for. */
export interface JobAuthOptions {
  readonly session: SessionOptions;
  readonly whenQuotaIsGone: "stop" | "wait";
  /** Set for a rehearsal: where every connection leads in place of its server. */
  readonly detour?: Detour | undefined;
  /** Where what is learned and spent of each of several keys is kept. @default nowhere */
  readonly memory?: HostMemory | undefined;
}

/**
 * Opens the credentials and the cookies of a job. Credentials go to the origins that its steps name, and
 * nowhere else.
 */
export function openJobAuth(
  { job, steps, constants }: CompiledJob,
  { session, whenQuotaIsGone, memory, detour }: JobAuthOptions,
): JobIdentification {
  let halt: Halt | undefined;
  let tokens: Session | undefined;
  const credentials = credentialsOf(job.auth, process.env);
  const keepsCookies = job.cookies === "keep" || credentials?.kind === "login";
  const jar = keepsCookies ? [cookies(createCookieStore())] : [];
  const use = (now: Halt): void => {
    halt = now;
  };
  const dispose = async (): Promise<void> => tokens?.[Symbol.asyncDispose]();
  if (credentials === undefined || credentials.kind === "login") {
    return { beforeGates: [], last: jar, use, [Symbol.asyncDispose]: dispose };
  }
  const origins = steps
    .map(({ url }) => originOf(url, constants))
    .filter((origin) => origin !== undefined);
  const host = origins[0] ?? "";
  const auth = createAuth({
    credentials,
    origins,
    send(request, call) {
      // Whatever the endpoint says is for the keeper of tokens to judge.
      tokens ??= openSession({ ...session, accept: () => true, retries: 0 }, { detour });
      return tokens.send(request, call);
    },
    clock: systemClock,
    memory,
    ...(whenQuotaIsGone === "wait" ? {} : { maxWaitMs: session.maxRetryAfterMs }),
    onQuotaGone: (untilWallMs) => halt?.halt({ reason: "quota", host, untilWallMs }),
    onRefused: () => halt?.halt({ reason: "refused", host, status: 401, times: 1 }),
  });
  return {
    beforeGates: [auth.renew],
    last: [...jar, auth.sign],
    use,
    async [Symbol.asyncDispose]() {
      auth.keep();
      await dispose();
    },
  };
}
