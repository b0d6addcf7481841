import { parseRate } from "../formats/quantity.ts";
import type { Credentials, KeyPoolCredentials } from "../middleware/auth-credentials.ts";
import type { FieldPath } from "./field-place.ts";
import type { JobAuth } from "./job-auth.ts";
import { fillEnvironment, type Environment } from "./job-environment.ts";

/** Who asks, with the secrets themselves (never to be written, shown or kept), or the step that logs in. */
export type JobCredentials = Credentials | Extract<JobAuth, { readonly kind: "login" }>;

/**
 * The credentials of a job. @throws JobFault naming a variable of the environment that is not set;
 * `compileJob` finds it first.
 */
export function credentialsOf(
  auth: JobAuth | undefined,
  environment: Environment,
): JobCredentials | undefined {
  if (auth === undefined) return undefined;
  const filled = fillAll(auth, environment, ["auth"]);
  if (filled.kind === "basic") {
    return { kind: "basic", username: filled.user, password: filled.password };
  }
  if (filled.kind !== "apiKey") return filled;
  const { in: place, name, key, keys = [] } = filled;
  if (key !== undefined) return { kind: "apiKey", in: place, name, value: key };
  const pool = keys.map((one): KeyPoolCredentials["keys"][number] => {
    if (typeof one === "string") return { value: one, rates: [] };
    const { key: value, quota = [] } = one;
    return { value, rates: (typeof quota === "string" ? [quota] : quota).map(parseRate) };
  });
  return { kind: "keyPool", in: place, name, keys: pool };
}

function fillAll<Value>(value: Value, environment: Environment, path: FieldPath): Value {
  if (typeof value === "string") return fillEnvironment(value, environment, path) as Value;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) =>
      fillAll(item, environment, [...path, index]),
    ) as Value;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, item]) => [key, fillAll(item as unknown, environment, [...path, key])] as const,
  );
  return Object.fromEntries(entries) as Value;
}
