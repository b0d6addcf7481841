import { UsageError } from "../core/usage-error.ts";
import { parseCurlCommand, type CurlRequest } from "./curl-file.ts";
import type { SendingCommand } from "../runs/run-settings.ts";
import { addHeader, createFields } from "./header-fields.ts";
import { checkHeader, checkMethod, checkText, isSecretHeader } from "../protocol/header-rules.ts";
import type { RequestSettings } from "../runs/request-settings.ts";
import { checkJson, readBody } from "./settings-body.ts";
import { textOf } from "./read-text.ts";
import type { ReadText, Values } from "./settings.ts";

/** The request and what else its flags said. */
export interface ReadRequest {
  readonly settings: RequestSettings;
  readonly userAgent: string | undefined;
  readonly curlUrl: string | undefined;
  readonly hints: readonly string[];
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);

/** @throws UsageError for a header, method, body or copied request that cannot be sent. */
export async function readRequest(
  values: Values,
  readText: ReadText,
  command: SendingCommand,
): Promise<ReadRequest> {
  const curlPath = values.last("curl");
  const curl = curlPath === undefined ? undefined : await readCurl(curlPath, readText);
  const fields = createFields(curl);
  for (const text of values.all("header")) await addHeader(fields, text, readText);
  const user = values.last("user");
  if (user !== undefined) {
    checkText(user, "-u");
    if (!user.includes(":")) throw new UsageError("-u takes USER:PASSWORD (USER: for no password)");
    fields.set("authorization", `Basic ${Buffer.from(user, "utf8").toString("base64")}`);
  }
  const cookies = values.all("cookie");
  for (const cookie of cookies) {
    checkText(cookie, "-b");
    if (!cookie.includes("=")) {
      throw new UsageError(
        "-b takes cookies as 'name=value; name=value'; a file of cookies is --cookie-jar FILE",
      );
    }
  }
  if (cookies.length > 0) fields.set("cookie", cookies.join("; "));
  const body = await readBody(values, readText, fields, curl);
  if (body?.kind === "json" && command === "map") checkJson(body.content as string);

  const method =
    values.last("request") ??
    (values.has("data") || values.has("json") ? "POST" : curl?.method) ??
    "GET";
  checkMethod(method, "-X");
  let userAgent = values.last("user-agent");
  if (userAgent !== undefined) {
    checkText(userAgent, "-A");
    fields.remove("user-agent");
  } else if (!fields.get("user-agent")?.includes("{")) {
    userAgent = fields.get("user-agent");
    fields.remove("user-agent");
  }
  const headers = fields.list();
  const names = headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return {
    settings: Object.freeze({
      method,
      headers,
      removedHeaders: fields.removed(),
      secretHeaders: [...new Set(names.filter(isSecretHeader))],
      body,
      duplicates: SAFE.has(method) ? "asked once" : "each asked",
    }),
    userAgent,
    curlUrl: curl?.url,
    hints: curl?.hints ?? [],
  };
}

async function readCurl(path: string, readText: ReadText): Promise<CurlRequest> {
  const source = path === "-" ? "stdin" : path;
  const curl = parseCurlCommand(await textOf(await readText(path), source), source);
  for (let index = 0; index < curl.headers.length; index += 2) {
    checkHeader(curl.headers[index]!, curl.headers[index + 1]!, `${source}: header`);
  }
  checkMethod(curl.method, `${source}: method`);
  return curl;
}
