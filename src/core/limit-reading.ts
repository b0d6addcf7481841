/** What a server's header fields say of one of its limits, as of the request that they answer. */
export interface LimitReading {
  /** The limit's name, where the server gives it one. */
  readonly name: string | undefined;
  /** Requests that one window allows. */
  readonly limit: number | undefined;
  /** Requests that are left in this window. */
  readonly remaining: number | undefined;
  /** Milliseconds from the answer until the window ends. */
  readonly resetMs: number | undefined;
  /** Length of a window in milliseconds. */
  readonly windowMs: number | undefined;
}
