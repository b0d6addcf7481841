import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

import { rc4 } from "./rc4.ts";

/** Entries of an encryption dictionary of the standard handler (ISO 32000-2, table 20 and 21). */
export interface PdfKeyEntries {
  readonly version: number;
  readonly revision: number;
  readonly keyBits: number;
  readonly permissions: number;
  readonly owner: Uint8Array;
  readonly user: Uint8Array;
  readonly userKey: Uint8Array;
  /** First half of the file's /ID. */
  readonly id: Uint8Array;
  readonly plainMetadata: boolean;
}

/** What an empty password is filled up with (ISO 32000-1, 7.6.3.3, step a). */
const PADDING = Buffer.from(
  "28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a",
  "hex",
);

/** The key of a file that the empty user password opens, or undefined where it does not. */
export function emptyPasswordKey(entries: PdfKeyEntries): Buffer | undefined {
  if (entries.version === 5) return newerKey(entries);
  const key = olderKey(entries);
  const expected = Buffer.from(entries.user);
  if (entries.revision < 3) return expected.equals(rc4(key, PADDING)) ? key : undefined;
  let proof: Uint8Array = createHash("md5").update(PADDING).update(entries.id).digest();
  for (let round = 0; round < 20; round += 1) {
    proof = rc4(
      key.map((byte) => byte ^ round),
      proof,
    );
  }
  return expected.subarray(0, 16).equals(proof) ? key : undefined;
}

/** Algorithm 2 (ISO 32000-1, 7.6.3.3). */
function olderKey(entries: PdfKeyEntries): Buffer {
  const { revision, permissions, plainMetadata } = entries;
  const length = revision < 3 ? 5 : Math.min(16, Math.max(5, entries.keyBits >> 3));
  const rights = Buffer.alloc(4);
  rights.writeInt32LE(permissions | 0);
  const hash = createHash("md5")
    .update(PADDING)
    .update(entries.owner.subarray(0, 32))
    .update(rights)
    .update(entries.id);
  if (revision >= 4 && plainMetadata) hash.update(Buffer.alloc(4, 0xff));
  let key = hash.digest();
  if (revision >= 3) {
    for (let round = 0; round < 50; round += 1) {
      key = createHash("md5").update(key.subarray(0, length)).digest();
    }
  }
  return key.subarray(0, length);
}

/** Algorithm 2.A (ISO 32000-2, 7.6.4.3.3), and its forerunner of Adobe's extension level 3. */
function newerKey({ revision, user, userKey }: PdfKeyEntries): Buffer | undefined {
  if (user.length < 48 || userKey.length < 32) return undefined;
  const digest = revision === 5 ? sha256 : hardenedHash;
  const [proof, proofSalt, keySalt] = [
    user.subarray(0, 32),
    user.subarray(32, 40),
    user.subarray(40, 48),
  ];
  if (!digest(proofSalt).equals(proof)) return undefined;
  const decipher = createDecipheriv("aes-256-cbc", digest(keySalt), Buffer.alloc(16));
  return decipher.setAutoPadding(false).update(userKey.subarray(0, 32));
}

function sha256(salt: Uint8Array): Buffer {
  return createHash("sha256").update(salt).digest();
}

/** Algorithm 2.B (ISO 32000-2, 7.6.4.3.4) for an empty password. */
function hardenedHash(salt: Uint8Array): Buffer {
  let key = sha256(salt);
  for (let round = 0; ; round += 1) {
    const block = Buffer.concat(Array.from({ length: 64 }, () => key));
    const cipher = createCipheriv("aes-128-cbc", key.subarray(0, 16), key.subarray(16, 32));
    const enciphered = cipher.setAutoPadding(false).update(block);
    const remainder = enciphered.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3;
    key = createHash(["sha256", "sha384", "sha512"][remainder]!).update(enciphered).digest();
    if (round >= 63 && enciphered.at(-1)! <= round - 31) return key.subarray(0, 32);
  }
}
