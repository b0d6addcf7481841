import type { PeerCertificate } from "node:tls";

import { Failure, type FailureCode } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import { AddressRefused } from "./address-policy.ts";
import { certificateWords } from "./certificate-words.ts";
import { DecodeError } from "./decode.ts";
import { isDiskError } from "./spool.ts";
import { ProxyError } from "./undici-proxy.ts";

/** How far an exchange had come when it broke. */
export type Progress = "connecting" | "sent" | "headers";

/** Whether its body goes to a file, which may be refused. */
export type Keeping = "in memory" | "in a file";

/** What one error of the wire means. */
interface Meaning {
  readonly code: FailureCode;
  readonly words: string;
  readonly transient: boolean;
}

const DNS_CODES = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"]);

/** An error code of HTTP/2 (RFC 9113 §7). */
const REFUSED_STREAM = 7;

/** Errors of a connection that never stood: the server saw nothing. */
const CONNECT_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network unreachable",
  EADDRNOTAVAIL: "no local port is free",
  EACCES: "connecting is not permitted",
  EHOSTDOWN: "host is down",
  ENETDOWN: "network is down",
  EMFILE: "too many open sockets",
  ENFILE: "too many open sockets",
};

const TIMEOUT_WORDS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
  ETIMEDOUT: "no connection in time",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  UND_ERR_BODY_TIMEOUT: "the answer stopped arriving",
};

/** Certificate and handshake errors of OpenSSL as Node spells them. */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO$|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|ERROR_IN_CERT_)/;

/** One Failure for whatever undici, the socket, TLS or a decoder threw. */
export function failureOf(
  error: unknown,
  request: HttpRequest,
  at: { readonly progress: Progress; readonly keeping?: Keeping; readonly elapsedMs: number },
): Failure {
  if (error instanceof Failure) return error;
  if (at.keeping === "in a file" && isDiskError(error)) {
    const words = `the body could not be written: ${(error as Error).message}`;
    return new Failure("E_DISK", words, { request, cause: error, elapsedMs: at.elapsedMs });
  }
  const { code, words, transient } = meaningOf(error, request, at.progress);
  return new Failure(code, words, {
    request,
    cause: error,
    transient,
    unsent: transient && (at.progress === "connecting" || isRefusedStream(error)),
    elapsedMs: at.elapsedMs,
  });
}

/** Whether an HTTP/2 server said that it did not look at the request (RFC 9113 §8.7). */
function isRefusedStream(error: unknown): boolean {
  return (error as { http2ErrorCode?: unknown }).http2ErrorCode === REFUSED_STREAM;
}

function meaningOf(error: unknown, request: HttpRequest, progress: Progress): Meaning {
  if (error instanceof DecodeError) return decodeMeaning(error);
  if (error instanceof AddressRefused) {
    return { code: "E_POLICY", words: error.message, transient: false };
  }
  if (error instanceof ProxyError) {
    return { code: "E_PROXY", words: error.message, transient: error.transient };
  }
  const root = rootOf(error);
  const code = root.code ?? "";
  const host = new URL(request.url).host;
  if (DNS_CODES.has(code)) {
    const hostname = new URL(request.url).hostname;
    return { code: "E_DNS", words: `no address for ${hostname}`, transient: true };
  }
  if (Object.hasOwn(TIMEOUT_WORDS, code)) {
    return { code: "E_TIMEOUT", words: `${TIMEOUT_WORDS[code]} from ${host}`, transient: true };
  }
  if (Object.hasOwn(CONNECT_WORDS, code)) {
    return { code: "E_CONNECT", words: `${CONNECT_WORDS[code]} by ${host}`, transient: true };
  }
  if (TLS_CODE.test(code)) {
    const whose = root.cert && certificateWords(root.cert);
    // Node adds a flag of its own, which is none of ours.
    const [why] = root.message.split("; if the root CA");
    const words = whose === undefined ? why : `${why} (${whose})`;
    return { code: "E_TLS", words: `TLS with ${host}: ${words}`, transient: false };
  }
  // undici says the same of lengths in the header that contradict each other, before any body.
  const isShort = code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH";
  if (isShort && progress !== "headers") {
    return {
      code: "E_PROTOCOL",
      words: `${host} announced its length in two ways`,
      transient: false,
    };
  }
  if (isShort) {
    return { code: "E_TRUNCATED", words: "the answer ended early", transient: true };
  }
  if (code === "UND_ERR_HEADERS_OVERFLOW") {
    return { code: "E_PROTOCOL", words: "the answer's headers are too large", transient: false };
  }
  if (root.name === "HTTPParserError") {
    const reason = /\(([^()]*)\)$/.exec(root.message)?.[1] ?? root.message;
    return reason === "Invalid EOF state"
      ? { code: "E_TRUNCATED", words: "the answer ended early", transient: true }
      : { code: "E_PROTOCOL", words: `${host} does not speak HTTP: ${reason}`, transient: false };
  }
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED") {
    return { code: "E_ABORTED", words: "the session is closed", transient: false };
  }
  // undici's words for 100 Continue and 101 Switching Protocols that were not asked for.
  if (root.message === "bad response" || root.message === "bad upgrade") {
    return { code: "E_PROTOCOL", words: `${host} answered what nobody asked`, transient: false };
  }
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_NOT_SUPPORTED") {
    return { code: "E_URL", words: `this cannot be sent: ${root.message}`, transient: false };
  }
  if (progress === "headers") {
    return {
      code: "E_TRUNCATED",
      words: "the connection closed within the answer",
      transient: true,
    };
  }
  return progress === "connecting"
    ? { code: "E_CONNECT", words: `no connection to ${host}: ${root.message}`, transient: true }
    : {
        code: "E_RESET",
        words: `${host} closed the connection without an answer`,
        transient: true,
      };
}

const DECODE_CODES: Readonly<Record<DecodeError["reason"], FailureCode>> = {
  truncated: "E_TRUNCATED",
  "too-large": "E_TOO_LARGE",
  damaged: "E_DECODE",
  unsupported: "E_DECODE",
};

function decodeMeaning({ reason, message }: DecodeError): Meaning {
  return { code: DECODE_CODES[reason], words: message, transient: reason === "truncated" };
}

/** The error that tells most: of several addresses tried the first, of a wrapped one the cause. */
function rootOf(error: unknown): {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  /** Of a TLS error: the certificate that was shown. */
  readonly cert: Partial<PeerCertificate> | undefined;
} {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  const { name, code, message, cert } = error as NodeJS.ErrnoException & {
    readonly cert?: PeerCertificate;
  };
  return { name, code, message: message ?? String(error), cert };
}
