import type { AuthorizationServer, Client, ClientAuth } from "oauth4webapi";

import { createCall } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { createRequest } from "../core/request.ts";
import type { Send } from "../core/send.ts";
import type { FetchedToken, OAuth2Credentials } from "./auth-credentials.ts";
import { TokenError } from "./token-keeper.ts";

type Fetch = (
  url: string,
  asked: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: URLSearchParams | undefined;
  },
) => Promise<Response>;

/** An error code as RFC 6749 §5.2 has it: anything else that a server writes there is not shown. */
const ERROR_CODE = /^[a-z][a-z_]{0,40}$/;

/**
 * Asks a token endpoint (RFC 6749 §4.4, and §6 where there is a refresh token) by `send`, without the
 * middleware of the requests that the token is for.
 * @throws TokenError, whose message holds no secret.
 */
export function oauth2TokenSource(
  credentials: OAuth2Credentials,
  send: Send,
): () => Promise<FetchedToken> {
  const { tokenUrl, clientId, clientSecret, scope, keepRefreshToken } = credentials;
  const url = new URL(tokenUrl);
  const server: AuthorizationServer = { issuer: url.origin, token_endpoint: tokenUrl };
  const client: Client = { client_id: clientId };
  let refreshToken = credentials.refreshToken;

  return async () => {
    const oauth = await import("oauth4webapi");
    let clientAuth: ClientAuth = oauth.None();
    if (clientSecret !== undefined) {
      const isPost = credentials.clientAuth === "post";
      clientAuth = isPost
        ? oauth.ClientSecretPost(clientSecret)
        : oauth.ClientSecretBasic(clientSecret);
    }
    const parameters = new URLSearchParams({ ...credentials.parameters, ...(scope && { scope }) });
    const options = {
      [oauth.customFetch]: fetchBy(send) as never,
      [oauth.allowInsecureRequests]: url.protocol === "http:",
    };
    try {
      let granted;
      if (refreshToken === undefined) {
        const args = [server, client, clientAuth, parameters, options] as const;
        const response = await oauth.clientCredentialsGrantRequest(...args);
        granted = await oauth.processClientCredentialsResponse(server, client, response);
      } else {
        const more = { ...options, additionalParameters: parameters };
        const response = await oauth.refreshTokenGrantRequest(
          server,
          client,
          clientAuth,
          refreshToken,
          more,
        );
        granted = await oauth.processRefreshTokenResponse(server, client, response);
        if (granted.refresh_token !== undefined && granted.refresh_token !== refreshToken) {
          refreshToken = granted.refresh_token;
          await keep(refreshToken, keepRefreshToken);
        }
      }
      const { access_token: token, expires_in: seconds } = granted;
      return { token, expiresInMs: seconds === undefined ? undefined : seconds * 1000 };
    } catch (error) {
      throw tokenError(error);
    }
  };
}

async function keep(
  refreshToken: string,
  keepRefreshToken: OAuth2Credentials["keepRefreshToken"],
): Promise<void> {
  try {
    await keepRefreshToken?.(refreshToken);
  } catch (cause) {
    throw new TokenError("the new refresh token could not be kept", false, cause);
  }
}

/** A fetch that goes by our own Send: through the same proxy, under the same limits of time. */
function fetchBy(send: Send): Fetch {
  return async (url, { method, headers, body }) => {
    const request = createRequest({
      url,
      method,
      headers: Object.entries(headers).flat(),
      body: body === undefined ? undefined : String(body),
      secretHeaders: ["authorization"],
      key: "token",
    });
    const response = await send(request, createCall());
    if (response.status === 429 || response.status >= 500) {
      throw new TokenError(`the token endpoint answered with status ${response.status}`, true);
    }
    const type = response.header("content-type") ?? "application/json";
    const text = lenient(response.text());
    return new Response(text, { status: response.status, headers: { "content-type": type } });
  };
}

/** What is not used is not checked: an id token's issuer; and a token without a type is a bearer's. */
function lenient(text: string): string {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== "object" || value === null || !("access_token" in value)) return text;
    return JSON.stringify({ token_type: "bearer", ...value, id_token: undefined });
  } catch {
    return text;
  }
}

function tokenError(error: unknown): TokenError {
  if (error instanceof TokenError) return error;
  if (error instanceof Failure) {
    // Beware: the failure's request holds the client's secret.
    return new TokenError(`the token could not be asked for: ${error.code}`, error.transient);
  }
  const { error: code, status } = error as { readonly error?: unknown; readonly status?: unknown };
  const why = typeof code === "string" && ERROR_CODE.test(code) ? code : "no token in the answer";
  const where = typeof status === "number" ? ` (status ${status})` : "";
  return new TokenError(`the token was refused: ${why}${where}`, false);
}
