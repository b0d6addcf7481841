import type { PeerCertificate } from "node:tls";

/** Longer names of a certificate are cut in a sentence. */
const LONGEST = 100;

/**
 * Whom a certificate names, who signed it and when it holds, for a sentence: `CN=a.example, signed by
 * CN=some authority, holds from 2026-01-01 to 2026-04-01`. Undefined for an empty one.
 */
export function certificateWords({
  subject,
  issuer,
  valid_from: from,
  valid_to: to,
}: Partial<PeerCertificate>): string | undefined {
  if (subject === undefined || from === undefined || to === undefined) return undefined;
  const signer = issuer === undefined ? "" : `, signed by ${nameOf(issuer)}`;
  return `${nameOf(subject)}${signer}, holds from ${dayOf(from)} to ${dayOf(to)}`;
}

/** The common name of an entity, else all that is known of it. */
function nameOf(entity: PeerCertificate["subject"]): string {
  const parts = Object.entries(entity).filter(([name]) => entity.CN === undefined || name === "CN");
  const text = parts.map(([name, value]) => `${name}=${[value].flat().join("+")}`).join(" ");
  if (text === "") return "nobody";
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The day of a date as OpenSSL writes it; the text itself where it is none. */
function dayOf(text: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString().slice(0, 10);
}
