/**
 * Deciphers (and enciphers: it is the same) with RC4, for files that know no better; OpenSSL has
 * given it up.
 */
export function rc4(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  let second = 0;
  for (let first = 0; first < 256; first += 1) {
    second = (second + state[first]! + key[first % key.length]!) & 255;
    swap(state, first, second);
  }
  const result = new Uint8Array(bytes.length);
  let [i, j] = [0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    i = (i + 1) & 255;
    j = (j + state[i]!) & 255;
    swap(state, i, j);
    result[at] = bytes[at]! ^ state[(state[i]! + state[j]!) & 255]!;
  }
  return result;
}

function swap(state: Uint8Array, first: number, second: number): void {
  const kept = state[first]!;
  state[first] = state[second]!;
  state[second] = kept;
}
