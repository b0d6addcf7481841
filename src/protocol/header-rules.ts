import { UsageError } from "../core/usage-error.ts";

/** Field names and methods (RFC 9110 §5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Every control but the tab, which a field value may hold (RFC 9110 §5.5). */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Fields that frame the message or manage the connection: ours to set, or requests could be smuggled. */
const OURS = new Set(
  "content-length transfer-encoding connection upgrade keep-alive te trailer expect".split(" "),
);

const SECRET = /authorization|cookie|token|secret|key|password|credential/;

/** Whether only the connection may set this field (lower case). */
export function isConnectionHeader(name: string): boolean {
  return OURS.has(name) || name.startsWith("proxy-");
}

/** Whether a field of this name (lower case) holds a secret: never shown, never sent to another origin. */
export function isSecretHeader(name: string): boolean {
  // That key names a request and opens nothing.
  return SECRET.test(name) && name !== "idempotency-key";
}

/** Fields of an answer that hold a secret. */
const SECRET_ANSWERS = new Set(["set-cookie", "set-cookie2", "authentication-info"]);

/** Whether a field of an answer (lower case) holds a secret: never kept. */
export function isSecretAnswer(name: string): boolean {
  return SECRET_ANSWERS.has(name);
}

/**
 * Checks one field that the user set.
 * @throws UsageError, naming `where`, for a name that is no token, a value with control characters,
 * or a field that only the connection may set.
 */
export function checkHeader(name: string, value: string, where: string): void {
  if (!TOKEN.test(name)) {
    throw new UsageError(`${where} ${JSON.stringify(name)} is not the name of a header field`);
  }
  if (isConnectionHeader(name.toLowerCase())) {
    throw new UsageError(`${where} ${name} cannot be set: the connection needs it for itself`);
  }
  checkText(value, `${where} ${name}`);
}

/** @throws UsageError for a method that is no token. */
export function checkMethod(method: string, where: string): void {
  if (!TOKEN.test(method)) {
    throw new UsageError(`${where} ${JSON.stringify(method)} is not a method, such as GET`);
  }
  if (method.toUpperCase() === "CONNECT") {
    throw new UsageError(`${where} CONNECT opens a tunnel, it asks for nothing`);
  }
}

/** @throws UsageError for a text with control characters (the tab is none). */
export function checkText(text: string, where: string): void {
  const found = CONTROL.exec(text);
  if (found === null) return;
  const code = found[0].charCodeAt(0).toString(16).padStart(2, "0");
  throw new UsageError(
    `${where} holds the control character \\x${code} at position ${found.index + 1}`,
  );
}

/** @throws UsageError for a URL with control characters; URL parsers drop tabs and line ends in silence. */
export function checkUrlText(text: string, where: string): void {
  checkText(text, where);
  if (text.includes("\t")) throw new UsageError(`${where} holds a tab`);
}
