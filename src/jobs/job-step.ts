import type { JobBatch, JobRule } from "./job-answers.ts";
import type { JobExpression, JobLimits, JobOutputs, JobValue } from "./job.ts";
import type { JobPages } from "./job-pages.ts";

/** The methods a step may have. */
export const JOB_METHODS = [
  ...["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"],
] as const;

/** How far a crawl may go: the start's host, its registrable domain, URLs below the start, anywhere. */
export const JOB_SCOPES = ["host", "domain", "prefix", "any"] as const;

/** What becomes of the robots.txt of a crawl's hosts. */
export const JOB_ROBOTS = ["obey", "ignore"] as const;

/** The rows of a table: in the job itself, or in a file beside it. */
export type JobRows =
  | readonly (JobValue | Readonly<Record<string, unknown>>)[]
  | string
  | { readonly file: string; readonly format?: "csv" | "tsv" | "jsonl" | "json" | "lines" };

/** The steps whose rows a step is for: one, every pair of several, or side by side. */
export type JobParents =
  | string
  | readonly string[]
  | { readonly product: readonly string[] }
  | { readonly zip: readonly string[] };

/** Values of a URL's variables, or of parameters of its query. */
export type JobParams = Readonly<Record<string, JobValue | readonly JobValue[]>>;

/** One request, or one for each row of a table or of other steps. */
export interface JobStep extends JobOutputs {
  /** @default "step1" for the first, and so on */
  readonly id?: string;
  /** RFC 6570; relative to the job's `base`. */
  readonly url: string;
  /** Values of the URL's variables; those it does not name are added to its query. */
  readonly params?: JobParams | ((row: Readonly<Record<string, unknown>>) => JobParams);
  readonly rows?: JobRows;
  readonly for?: JobParents;
  /** Only rows for which it is true; asked of the row. */
  readonly filter?: string | ((row: Readonly<Record<string, unknown>>) => unknown);
  /** The items of an answer: rows for the steps that are `for` this one. */
  readonly each?: JobExpression;
  /** @default "GET", or "POST" with a body */
  readonly method?: (typeof JOB_METHODS)[number];
  readonly headers?: Readonly<Record<string, string>>;
  /** A text; at most one of `body`, `json`, `form` and `file`. */
  readonly body?: string;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, JobValue | readonly JobValue[]>>;
  readonly file?: string;
  readonly paginate?: JobPages;
  readonly batch?: JobBatch;
  readonly rules?: readonly JobRule[];
  readonly accept?: string;
  readonly limits?: JobLimits;
  /** CSS selectors of the links to follow. @default all in scope */
  readonly follow?: string | readonly string[];
  /** CSS selectors of the links whose files are saved. @default with `merge`, links to .pdf */
  readonly download?: string | readonly string[];
  /** The one book that the downloaded files become. */
  readonly merge?: string;
  /** CSS selector of the link to the next page, where reading order is a chain. */
  readonly next?: string;
  /** @default "host" */
  readonly scope?: (typeof JOB_SCOPES)[number];
  /** Links from the start at most. */
  readonly depth?: number;
  /** Globs of the URLs to follow or not to. */
  readonly include?: string | readonly string[];
  readonly exclude?: string | readonly string[];
  /** Parameters that do not tell one page from another, such as `sid` or `utm_*`. */
  readonly drop?: string | readonly string[];
  /** Whether the pages of the site's sitemaps are starts too. @default false */
  readonly sitemap?: boolean;
  /** `ignore` is for sites of one's own. @default "obey" */
  readonly robots?: (typeof JOB_ROBOTS)[number];
  /** Whether the server's own names for its files take the place of the last part of ours. @default false */
  readonly remoteHeaderName?: boolean;
  /** Whether files get the time of their Last-Modified. @default false */
  readonly remoteTime?: boolean;
  /** Whether equal files are saved once. @default false */
  readonly dedupe?: boolean;
  /** Of the book. @default that of the first page */
  readonly title?: string;
}
