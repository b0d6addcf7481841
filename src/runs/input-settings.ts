/** How a list or a table is written down. */
export type TableFormat = "csv" | "tsv" | "jsonl" | "json" | "lines";

/** Where the things to ask for come from. */
export type InputSettings =
  | { readonly kind: "urls"; readonly urls: readonly string[] }
  /** One URL per line, or the column `url` of a table. `-` is standard input. */
  | { readonly kind: "list"; readonly path: string; readonly pipe?: string | undefined }
  | {
      readonly kind: "table";
      readonly path: string;
      /** A pipe with a name that stands for standard input. @default none does */
      readonly pipe?: string | undefined;
      /** Undefined: by the name, on stdin by the first bytes. */
      readonly format: TableFormat | undefined;
      readonly urlTemplate: string;
    }
  /** A step of a job, which opens its rows itself; the path only names them. */
  | { readonly kind: "step"; readonly path: string };
