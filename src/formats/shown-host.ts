/** A host as people name it: without `https://`. */
export function shownHost(origin: string): string {
  return origin.replace(/^https?:\/\//, "");
}
