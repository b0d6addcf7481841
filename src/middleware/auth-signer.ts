import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import { type HeaderList, headerValue } from "../core/headers.ts";
import { createRequest, type HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Send } from "../core/send.ts";
import { withQuery } from "../formats/query-text.ts";
import type { Credentials, FetchedToken, KeyPoolCredentials } from "./auth-credentials.ts";
import { concealInFailure, concealInResponse } from "./conceal.ts";
import { oauth2TokenSource } from "./oauth2-token.ts";
import { sigV4 } from "./sigv4.ts";
import { createTokenKeeper, type Token, TokenError, type TokenKeeper } from "./token-keeper.ts";

/** A way to sign: with a token that is renewed, or as it has always been. */
export interface Signer {
  /** Keeps the token; undefined where there is none to renew. */
  readonly keeper: TokenKeeper | undefined;
  /** The request with its credentials. @throws whatever a function of the user's throws */
  sign(request: HttpRequest, token: Token | undefined): HttpRequest | Promise<HttpRequest>;
  /** What nobody is to see. */
  secrets(token: Token | undefined): readonly string[];
}

/** Signs one request and sends it; neither its answer nor its failure shows what was added. */
export async function sendSigned(
  signer: Signer,
  token: Token | undefined,
  {
    next,
    request,
    call,
  }: { readonly next: Send; readonly request: HttpRequest; readonly call: Call },
): Promise<HttpResponse> {
  const secrets = signer.secrets(token);
  let signed: HttpRequest;
  try {
    signed = await signer.sign(request, token);
  } catch (cause) {
    const words = "the function that signs the request threw an error";
    throw new Failure("E_HOOK", words, { request, cause, unsent: true });
  }
  try {
    return concealInResponse(await next(signed, call), { request, signed, secrets });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw concealInFailure(error, { request, signed, secrets });
  }
}

/** What a signer needs to know besides its credentials. */
export interface SignerOptions {
  /** Asks token endpoints. */
  readonly send: Send;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onRefused?: ((error: TokenError) => void) | undefined;
}

/** Prepares to sign. */
export function createSigner(
  credentials: Exclude<Credentials, KeyPoolCredentials>,
  options: SignerOptions,
): Signer {
  const { clock, send, signal, onRefused } = options;
  function byToken(fetchToken: () => Promise<FetchedToken>): Signer {
    const keeper = createTokenKeeper({ fetchToken, clock, signal, onRefused });
    return {
      keeper,
      sign: (request, token) => withFields(request, ["authorization", `Bearer ${token!.value}`]),
      secrets: (token) => (token === undefined ? [] : [token.value]),
    };
  }

  switch (credentials.kind) {
    case "bearer":
      return fixed("authorization", `Bearer ${credentials.token}`, [credentials.token]);
    case "basic": {
      const { username, password } = credentials;
      const encoded = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
      return fixed("authorization", `Basic ${encoded}`, [encoded, password]);
    }
    case "apiKey": {
      const { name, value } = credentials;
      if (credentials.in === "header") return fixed(name, value, [value]);
      return {
        keeper: undefined,
        sign: (request) => ({ ...request, ...placeOf(withQuery(request.url, name, value)) }),
        secrets: () => [value],
      };
    }
    case "sigv4": {
      const sign = sigV4(credentials, clock);
      const { secretAccessKey, sessionToken = "" } = credentials;
      return { keeper: undefined, sign, secrets: () => [secretAccessKey, sessionToken] };
    }
    case "fields": {
      const { fieldsFor } = credentials;
      const add = (request: HttpRequest, fields: HeaderList): HttpRequest =>
        withFields(request, fields);
      return {
        keeper: undefined,
        sign(request) {
          const fields = fieldsFor(request);
          return fields instanceof Promise
            ? fields.then((list) => add(request, list))
            : add(request, fields);
        },
        secrets: () => [],
      };
    }
    case "oauth2":
      return byToken(oauth2TokenSource(credentials, send));
    case "token":
      return byToken(guarded(credentials.fetchToken));
  }
}

function fixed(name: string, value: string, secrets: readonly string[]): Signer {
  const field = [name, value];
  return {
    keeper: undefined,
    sign: (request) => (has(request, name) ? request : withFields(request, field)),
    secrets: () => secrets,
  };
}

/** A field that the user wrote is the user's. */
function has(request: HttpRequest, name: string): boolean {
  return headerValue(request.headers, name) !== undefined;
}

function withFields(request: HttpRequest, fields: HeaderList): HttpRequest {
  const names = fields.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return {
    ...request,
    headers: [...request.headers, ...fields],
    secretHeaders: [...request.secretHeaders, ...names],
  };
}

function placeOf(url: string): Pick<HttpRequest, "url" | "target"> {
  const { url: normal, target } = createRequest({ url });
  return { url: normal, target };
}

/** What a function of the user's throws is its own fault. */
function guarded(fetchToken: () => Promise<FetchedToken>): () => Promise<FetchedToken> {
  return async () => {
    try {
      return await fetchToken();
    } catch (cause) {
      throw new TokenError("the function that fetches the token threw an error", true, cause);
    }
  };
}
