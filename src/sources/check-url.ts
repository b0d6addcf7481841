import { isNoName } from "../core/request.ts";
import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { checkUrlText } from "../protocol/header-rules.ts";

/** @throws UsageError for a text that is not an absolute http or https URL. */
export function checkUrl(text: string): void {
  checkUrlText(text, "the URL");
  const shown = `"${visible(withoutPassword(text))}"`;
  if (!URL.canParse(text)) {
    const guess = `https://${text}`;
    const looksLikeHost = /^[^\s/:@]+\.[^\s/]+/.test(text) || /^localhost\b/.test(text);
    const hint = looksLikeHost && URL.canParse(guess) ? `; did you mean "${visible(guess)}"?` : "";
    throw new UsageError(`${shown} is not a URL${hint}`);
  }
  const { protocol, host, hostname } = new URL(text);
  if (isNoName(hostname)) throw new UsageError(`${shown}: no host can be called ${hostname}`);
  if (protocol === "http:" || protocol === "https:") return;
  // `localhost:8080/x` parses as the scheme "localhost".
  const port = host === "" && /^[\w.-]+:\d+(?:[/?#]|$)/.test(text);
  const hint = port ? `; did you mean "http://${visible(text)}"?` : "";
  throw new UsageError(`${shown} is not an http or https URL${hint}`);
}

/** A URL as it was typed, without its password. */
export function withoutPassword(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, "$1");
}
