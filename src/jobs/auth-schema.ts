import * as z from "zod";

import {
  keyed,
  named,
  nameWord,
  oneOf,
  oneOrMore,
  rate,
  text,
  word,
  wrong,
} from "./schema-words.ts";

const SECRET = /^\$\{[A-Za-z_]\w*\}$/;

/** A secret, by the name of its environment variable. A message never repeats what was written. */
export function secret(): z.ZodType<string, string> {
  return word({ type: "string", pattern: "^\\$\\{[A-Za-z_]\\w*\\}$" }, (value) => {
    if (typeof value === "string" && SECRET.test(value)) return undefined;
    const example = "the name of an environment variable, such as ${API_TOKEN}";
    if (value === undefined) return wrong(example, value);
    return `must be ${example}: a job file holds no secrets`;
  });
}

const key = keyed("a key", {
  key: secret().describe("The key, by the name of its environment variable"),
  quota: oneOrMore(rate()).optional().describe("How often it may be used, such as 1000/d"),
});

const kind = <const Kind extends string>(name: Kind): z.ZodLiteral<Kind> => z.literal(name);

/** Kinds of `auth`. */
const KINDS = ["bearer", "basic", "apiKey", "oauth2", "login", "sigv4"] as const;

/** Who asks. */
export const authSchema = z
  .discriminatedUnion(
    "kind",
    [
      keyed("a bearer auth", {
        kind: kind("bearer"),
        token: secret().describe("The token, by the name of its environment variable"),
      }),
      keyed("a basic auth", {
        kind: kind("basic"),
        user: text().describe("The user's name"),
        password: secret().describe("The password, by the name of its environment variable"),
      }),
      keyed("an apiKey auth", {
        kind: kind("apiKey"),
        in: oneOf(["header", "query"]).describe("Where the key goes"),
        name: text().describe("Of the header field or of the query's parameter"),
        key: secret().optional().describe("The key, by the name of its environment variable"),
        keys: z
          .array(z.union([key, secret()]), {
            error: (issue) => wrong("a list of keys", issue.input),
          })
          .min(1, { error: "is an empty list" })
          .optional()
          .describe("Several keys, each with a quota of its own"),
      }),
      keyed("an oauth2 auth", {
        kind: kind("oauth2"),
        tokenUrl: text().describe("Where tokens are fetched"),
        clientId: text(),
        clientSecret: secret().optional(),
        refreshToken: secret().optional(),
        scope: text().optional(),
        clientAuth: oneOf(["basic", "post"]).optional().describe("How the client shows its secret"),
        parameters: named(text()).optional().describe("Further fields of the token request"),
      }),
      keyed("a login auth", {
        kind: kind("login"),
        step: nameWord("the id of a step").describe("The step whose answer sets the cookies"),
      }),
      keyed("a sigv4 auth", {
        kind: kind("sigv4"),
        accessKeyId: text(),
        secretAccessKey: secret(),
        sessionToken: secret().optional(),
        region: text(),
        service: text(),
      }),
    ],
    { error: (issue) => kindFault(issue.input, KINDS) },
  )
  .describe("Who asks; secrets are names of environment variables");

/** What is wrong with a mapping whose `kind` none of `kinds` is. */
export function kindFault(input: unknown, kinds: readonly string[]): string {
  const judged = oneOf(kinds);
  const isMapping = typeof input === "object" && input !== null && !Array.isArray(input);
  // Beware: what stands there may be the secret itself.
  if (!isMapping) return `must be a mapping with kind: ${kinds.join(", ")}`;
  const given = (input as { readonly kind?: unknown }).kind;
  return judged.safeParse(given).error?.issues[0]?.message ?? "is unknown";
}
