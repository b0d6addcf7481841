import { createRequire } from "node:module";
import { isIP } from "node:net";

import type ipaddr from "ipaddr.js";

import type { Lookup } from "./dns-cache.ts";

/** Whether an address is somebody's on the internet, or one of this machine, its network or none. */
export type AddressScope = "public" | "local";

/** Tells the scope of an IP address as `socket.remoteAddress` and look-ups spell it. */
export type ScopeOf = (address: string) => AddressScope;

/** A name or an address that a server pointed to and that is none of the public ones. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused";
  readonly code = "FANFETCH_ADDRESS_REFUSED";

  constructor(hostname: string, address: string) {
    const what = hostname === address ? address : `${hostname} (${address})`;
    super(`${what} is not a public address, and a public server may not lead there`);
  }
}

/** Public by their number, but a cloud provider's own services on every machine of theirs. */
const METADATA = new Set(["168.63.129.16"]);

/** Names that mean this machine or its cloud's metadata whatever resolves them (RFC 6761 §6.3). */
const LOCAL_NAME = /^(?:localhost|.+\.localhost|.+\.internal|.+\.local)\.?$/i;

const load = createRequire(import.meta.url);
let loaded: typeof ipaddr | undefined;

/**
 * The scope of an address: `public` is what the registries give out (IANA special-purpose registries,
 * RFC 6890); private, shared, loopback, link-local, metadata, multicast and reserved ones are `local`.
 * IPv6 addresses that carry an IPv4 address (mapped, NAT64, 6to4) have that one's scope; what is no
 * address is `local`.
 */
export const scopeOfAddress: ScopeOf = (address) => {
  loaded ??= load("ipaddr.js") as typeof ipaddr;
  const plain = address.split("%", 1)[0]!;
  const family = isIP(plain);
  if (family === 4) return scopeOf4(loaded.IPv4.parse(plain));
  return family === 6 ? scopeOf6(loaded, loaded.IPv6.parse(plain)) : "local";
};

function scopeOf4(address: ipaddr.IPv4): AddressScope {
  const range = address.range();
  return range === "unicast" && !METADATA.has(address.toString()) ? "public" : "local";
}

function scopeOf6(library: typeof ipaddr, address: ipaddr.IPv6): AddressScope {
  const bytes = address.toByteArray();
  const carried = (at: number): AddressScope => scopeOf4(new library.IPv4(bytes.slice(at, at + 4)));
  const range: string = address.range();
  if (range === "ipv4Mapped" || range === "rfc6145") return carried(12);
  // 64:ff9b::/96 alone; 64:ff9b:1::/48 is for a network's own use (RFC 8215).
  if (range === "rfc6052") return address.parts[2] === 0 ? carried(12) : "local";
  if (range === "6to4") return carried(2);
  // Only 2000::/3 is global unicast so far; `::a.b.c.d` and the like lie outside of it.
  return range === "unicast" && bytes[0]! >> 5 === 1 ? "public" : "local";
}

/**
 * The scope that a URL's host shows without asking anybody: of an address its own, of a name that means
 * this machine `local`, of any other name undefined. `hostname` is as `URL` spells it.
 */
export function scopeOfHost(hostname: string, scopeOf: ScopeOf): AddressScope | undefined {
  const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  if (isIP(bare) !== 0) return scopeOf(bare);
  return LOCAL_NAME.test(bare) ? "local" : undefined;
}

/**
 * A look-up that gives only public addresses: where one of a name's is not, the name fails with
 * AddressRefused. What it gives is what the socket connects to, so a name that answers differently the
 * next time gains nothing. Beware: sockets ask no look-up for a host that is an address already.
 */
export function onlyPublic(lookup: Lookup, scopeOf: ScopeOf): Lookup {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null || typeof found === "string") return callback(error, found);
      const refused = found.find(({ address }) => scopeOf(address) === "local");
      if (refused !== undefined) {
        return callback(new AddressRefused(hostname, refused.address), []);
      }
      if (options.all === true) return callback(null, found);
      callback(null, found[0]!.address, found[0]!.family);
    });
  };
}
