/** Characters of Windows-1252 that are not at their place of Unicode, from 0x80 on. */
const UPPER = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

/**
 * A text in WinAnsiEncoding (ISO 32000-1, annex D): letters that it lacks lose their marks, and those
 * that it lacks without marks too become question marks.
 */
export function winAnsi(text: string): Buffer {
  const codes = Array.from(text, (character) => {
    const code = codeOf(character) ?? codeOf(character.normalize("NFD")[0]!);
    return code ?? 0x3f;
  });
  return Buffer.from(codes);
}

function codeOf(character: string): number | undefined {
  const code = character.codePointAt(0)!;
  if ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff)) return code;
  const upper = code === 0 ? -1 : UPPER.indexOf(character);
  return upper === -1 ? undefined : 0x80 + upper;
}
