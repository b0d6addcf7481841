import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { visible } from "../formats/visible.ts";
import type { KnownHost } from "../memory/known-hosts.ts";
import { partsOfScope } from "../policy/limit-scope.ts";
import { nameOf } from "../report/host-listing.ts";

/**
 * The scopes that are meant by a host's name, its address with a port, or a URL: the host and each key
 * at it; or by a key at a host as `limits` names it.
 * @throws UsageError where nothing is known of it, naming the nearest.
 */
export function whichHosts(word: string, hosts: readonly KnownHost[]): readonly KnownHost[] {
  const origin = originIn(word);
  const typed = URL.canParse(`https://${word}/`) ? new URL(`https://${word}/`).host : word;
  const meant = [
    ({ scope }: KnownHost) =>
      partsOfScope(scope).key !== undefined && (scope === word || nameOf(scope) === word),
    ({ scope }: KnownHost) => partsOfScope(scope).host === origin,
    ({ scope }: KnownHost) => hostIn(scope) === typed,
    ({ scope }: KnownHost) => hostIn(scope).replace(/:\d+$/, "") === typed,
  ];
  for (const isMeant of meant) {
    const found = hosts.filter(isMeant);
    if (found.length > 0) return found;
  }
  const names = hosts.flatMap(({ scope }) => [nameOf(scope), hostIn(scope)]);
  throw new UsageError(
    `nothing is known of "${visible(word)}"${didYouMean(word, names.map(visible))}`,
  );
}

/** The origin of an address as it is typed (`https://api.example.com/v1`); undefined for a bare name. */
export function originIn(word: string): string | undefined {
  if (!/^https?:\/\//i.test(word) || !URL.canParse(word)) return undefined;
  return new URL(word).origin;
}

function hostIn(scope: string): string {
  const { host } = partsOfScope(scope);
  return URL.canParse(host) ? new URL(host).host : host;
}
