import { SESSION_DEFAULTS } from "../engine/session-options.ts";
import { GOING_ON, LISTING, SENDING, type Flag } from "./flag.ts";

const group = "Request";
const commands = LISTING;
/** Secrets, which no run keeps, and how its servers are reached. */
const again = [...SENDING, ...GOING_ON];
const withJobs = [...again, "run"] as const;

/** What is sent: letters as in curl. */
export const REQUEST_FLAGS: readonly Flag[] = [
  {
    name: "request",
    letter: "X",
    argument: "METHOD",
    group,
    doc: "method of every request",
    default: "GET; POST with -d or --json",
    values: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"],
    take: "such as",
    commands,
  },
  {
    name: "header",
    letter: "H",
    argument: "'N: V'",
    group,
    doc: "a header field; 'N;' sends it empty, 'N:' removes it; @FILE reads one per line",
    repeat: "adds",
    commands: again,
  },
  {
    name: "data",
    letter: "d",
    argument: "DATA",
    group,
    doc: "a form body, sent with POST; @FILE reads it; several are joined by &",
    repeat: "adds",
    commands,
  },
  {
    name: "json",
    argument: "JSON",
    group,
    doc: "a JSON body, sent with POST and JSON's content-type and accept; @FILE reads it",
    commands,
  },
  {
    name: "user",
    letter: "u",
    argument: "USER:PASSWORD",
    group,
    doc: "basic authentication",
    commands: again,
  },
  {
    name: "user-agent",
    letter: "A",
    argument: "STRING|random",
    group,
    doc: "the User-Agent; random picks a browser's for each request",
    default: "fanfetch/VERSION",
    values: ["random"],
    take: "such as",
    commands: SENDING,
  },
  {
    name: "proxy",
    letter: "x",
    argument: "URL",
    group,
    doc: "send everything through http://[user:password@]host:port",
    commands: withJobs,
  },
  {
    name: "insecure",
    argument: "HOST",
    group,
    doc: "do not verify the TLS certificate of this host (name or name:port)",
    repeat: "adds",
    commands: withJobs,
  },
  {
    name: "cookie",
    letter: "b",
    argument: "'N=V; …'",
    group,
    doc: "cookies for every request",
    repeat: "adds",
    commands: again,
  },
  {
    name: "cookie-jar",
    argument: "FILE",
    group,
    doc: "keep the cookies that servers set in this file",
    take: "file",
    commands: again,
  },
  {
    name: "curl",
    argument: "FILE|-",
    group,
    doc: "take the request from a browser's “Copy as cURL (bash)”",
    take: "file",
    commands: [...LISTING, ...GOING_ON, "init"],
  },
  {
    name: "timeout",
    argument: "DURATION",
    group,
    doc: "longest one attempt may take, from leaving to the last byte",
    default: `${SESSION_DEFAULTS.timeoutMs / 1000}s`,
    commands: withJobs,
  },
  {
    name: "connect-timeout",
    argument: "DURATION",
    group,
    doc: "longest for name resolution, TCP and TLS together",
    default: `${SESSION_DEFAULTS.connectTimeoutMs / 1000}s`,
    commands: withJobs,
  },
  {
    name: "min-speed",
    argument: "SIZE",
    group,
    doc: "give up an answer that comes slower than this a second for 30 seconds, such as 1kB",
    default: "none",
    commands: withJobs,
  },
  {
    name: "allow-downgrade",
    group,
    doc: "let redirects lead from https to unencrypted http",
    commands: withJobs,
  },
  {
    name: "allow-private",
    group,
    doc: "let redirects lead to private, loopback and metadata addresses",
    commands: withJobs,
  },
];
