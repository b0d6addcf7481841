import type { HeaderList } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import type { QuotaRate } from "../policy/quota.ts";

/** A token that was had from somewhere. */
export interface FetchedToken {
  readonly token: string;
  /** How long it is good from now on, in milliseconds. @default until it is refused */
  readonly expiresInMs?: number | undefined;
}

/** OAuth 2.0 (RFC 6749): tokens by client credentials, or by a refresh token where one is given. */
export interface OAuth2Credentials {
  readonly kind: "oauth2";
  readonly tokenUrl: string;
  readonly clientId: string;
  /** @default none: a public client */
  readonly clientSecret?: string | undefined;
  /** How the client shows its secret: in the Authorization field or in the body. @default "basic" */
  readonly clientAuth?: "basic" | "post" | undefined;
  readonly refreshToken?: string | undefined;
  readonly scope?: string | undefined;
  /** Further fields of the token request (`audience`). @default none */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** Hears of a new refresh token, which ends the one before. @default nobody */
  readonly keepRefreshToken?: ((refreshToken: string) => void | Promise<void>) | undefined;
}

/** AWS Signature Version 4. */
export interface SigV4Credentials {
  readonly kind: "sigv4";
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly region: string;
  readonly service: string;
}

/** Several API keys that take turns, each with rates of its own. */
export interface KeyPoolCredentials {
  readonly kind: "keyPool";
  readonly in: "header" | "query";
  readonly name: string;
  readonly keys: readonly { readonly value: string; readonly rates: readonly QuotaRate[] }[];
}

/** How a request shows whose it is. */
export type Credentials =
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | {
      readonly kind: "apiKey";
      readonly in: "header" | "query";
      readonly name: string;
      readonly value: string;
    }
  | KeyPoolCredentials
  | OAuth2Credentials
  | SigV4Credentials
  /** A function of the user's gives bearer tokens; asked ahead of expiry and after a 401. */
  | { readonly kind: "token"; readonly fetchToken: () => Promise<FetchedToken> }
  /** A function of the user's gives the fields for each request. */
  | {
      readonly kind: "fields";
      readonly fieldsFor: (request: HttpRequest) => HeaderList | Promise<HeaderList>;
    };
