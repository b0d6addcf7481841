/** How bodies become files. */
export interface FileSettings {
  /** Whether a server's own name for its file takes the place of the last part of ours. */
  readonly names: "ours" | "the server's";
  /** Whether a body that equals an earlier one is a file of its own. */
  readonly equal: "each saved" | "saved once";
  /** The time that a file was changed. */
  readonly times: "of saving" | "the server's";
}

/** How they do where nothing is said. */
export const AS_USUAL: FileSettings = { names: "ours", equal: "each saved", times: "of saving" };
