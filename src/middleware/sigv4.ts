import { createHash } from "node:crypto";

import type { Clock } from "../core/clock.ts";
import { withoutHeaders } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import type { SigV4Credentials } from "./auth-credentials.ts";

/** Fields that the signature brings. */
const SIGNED = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"];

/**
 * Signs requests with AWS Signature Version 4. Signed are method, URL, body, host and the `x-amz-`
 * fields: what a proxy may change on the way is not.
 */
export function sigV4(
  credentials: SigV4Credentials,
  clock: Clock,
): (request: HttpRequest) => Promise<HttpRequest> {
  // Signing keys hold for one day each.
  let keys: { readonly day: string; readonly cache: Map<string, ArrayBuffer> } | undefined;
  const { accessKeyId, secretAccessKey, sessionToken, region, service } = credentials;

  return async (request) => {
    const { AwsV4Signer } = await import("aws4fetch");
    const { method, url, body } = request;
    const datetime = new Date(clock.wallNow()).toISOString().replace(/[:-]|\.\d{3}/g, "");
    const day = datetime.slice(0, 8);
    if (keys?.day !== day) keys = { day, cache: new Map() };
    const bare = withoutHeaders(request.headers, (name) => SIGNED.includes(name));
    const amz = withoutHeaders(bare, (name) => !name.startsWith("x-amz-"));
    const signer = new AwsV4Signer({
      method,
      url,
      headers: [
        ...pairsOf(amz),
        // S3 wants to be told what the body is; without, it would not be signed at all.
        ...(service === "s3" ? [["x-amz-content-sha256", sha256(body)] as [string, string]] : []),
      ],
      ...(body === undefined ? {} : { body: body as string }),
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      region,
      service,
      datetime,
      cache: keys.cache,
    });
    const { headers } = await signer.sign();
    const fields = SIGNED.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [name, value];
    });
    return {
      ...request,
      headers: [...bare, ...fields],
      secretHeaders: [...request.secretHeaders, "authorization", "x-amz-security-token"],
    };
  };
}

function sha256(body: string | Uint8Array | undefined): string {
  return createHash("sha256")
    .update(body ?? "")
    .digest("hex");
}

function pairsOf(list: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < list.length; at += 2) pairs.push([list[at]!, list[at + 1]!]);
  return pairs;
}
