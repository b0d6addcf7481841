const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The text of a field's value, as browsers read it: its characters are bytes (RFC 9110 §5.5), and where
 * those are UTF-8 it is that text. Servers send names and addresses so, against the standard.
 */
export function fieldText(value: string): string {
  // eslint-disable-next-line no-control-regex -- ASCII is what is meant
  if (/^[\u0000-\u007f]*$|[^\u0000-\u00ff]/.test(value)) return value;
  try {
    return UTF8.decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}
