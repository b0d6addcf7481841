import { Failure, type FailureCode } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import { DecodeError } from "./decode.ts";

/** How far an exchange had come when it broke. */
export type Progress = "connecting" | "sent" | "headers";

/** What one error of the wire means. */
interface Meaning {
  readonly code: FailureCode;
  readonly words: string;
  readonly transient: boolean;
}

const DNS_CODES = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"]);

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
  at: { readonly progress: Progress; readonly elapsedMs: number },
): Failure {
  if (error instanceof Failure) return error;
  const { code, words, transient } = meaningOf(error, request, at.progress);
  return new Failure(code, words, {
    request,
    cause: error,
    transient,
    unsent: at.progress === "connecting",
    elapsedMs: at.elapsedMs,
  });
}

function meaningOf(error: unknown, request: HttpRequest, progress: Progress): Meaning {
  if (error instanceof DecodeError) return decodeMeaning(error);
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
    return { code: "E_TLS", words: `TLS with ${host}: ${root.message}`, transient: false };
  }
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" || code === "HPE_INVALID_EOF_STATE") {
    return { code: "E_TRUNCATED", words: "the answer ended early", transient: true };
  }
  if (code === "UND_ERR_HEADERS_OVERFLOW" || code === "HPE_HEADER_OVERFLOW") {
    return { code: "E_TOO_LARGE", words: "the answer's headers are too large", transient: false };
  }
  if (code.startsWith("HPE_")) {
    return { code: "E_PROTOCOL", words: `not HTTP: ${root.message}`, transient: false };
  }
  if (code.startsWith("UND_ERR_PRX") || code.startsWith("UND_ERR_SOCKS5")) {
    return { code: "E_PROXY", words: `the proxy refused: ${root.message}`, transient: false };
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

function decodeMeaning(error: DecodeError): Meaning {
  switch (error.reason) {
    case "truncated":
      return { code: "E_TRUNCATED", words: error.message, transient: true };
    case "too-large":
      return { code: "E_TOO_LARGE", words: error.message, transient: false };
    case "damaged":
    case "unsupported":
      return { code: "E_DECODE", words: error.message, transient: false };
  }
}

/** The error that tells most: of several addresses tried the first, of a wrapped one the cause. */
function rootOf(error: unknown): { readonly code: string | undefined; readonly message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  const { code, message } = error as NodeJS.ErrnoException;
  return { code, message: message ?? String(error) };
}
