/** One key of several, and how often it may be used. */
export interface JobKey {
  /** `${NAME}` of an environment variable. */
  readonly key: string;
  /** Its quota, such as `1000/d`; several hold together. @default none */
  readonly quota?: string | readonly string[];
}

/** An API key, or a pool of them, in a header or in the query. */
export interface JobApiKey {
  readonly kind: "apiKey";
  readonly in: "header" | "query";
  /** Of the header field or of the query's parameter. */
  readonly name: string;
  readonly key?: string;
  readonly keys?: readonly (string | JobKey)[];
}

/** OAuth 2.0 (RFC 6749): tokens by client credentials, or by a refresh token where one is given. */
export interface JobOauth {
  readonly kind: "oauth2";
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly refreshToken?: string;
  readonly scope?: string;
  /** How the client shows its secret: in the Authorization field or in the body. @default "basic" */
  readonly clientAuth?: "basic" | "post";
  /** Further fields of the token request, such as `audience`. @default none */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Who asks. Every secret is `${NAME}` of an environment variable, never the secret itself. */
export type JobAuth =
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "basic"; readonly user: string; readonly password: string }
  | JobApiKey
  | JobOauth
  /** Cookies that a step's answer sets; it is sent before all others. */
  | { readonly kind: "login"; readonly step: string }
  | {
      readonly kind: "sigv4";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
      readonly region: string;
      readonly service: string;
    };
