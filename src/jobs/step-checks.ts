import { didYouMean } from "../formats/nearest.ts";
import { warcCompressionOf } from "../formats/warc-record.ts";
import { recordFormatOf } from "../formats/record-format.ts";
import { compileSelector } from "../formats/selector.ts";
import type { FieldPath } from "./field-place.ts";
import type { JobAuth } from "./job-auth.ts";
import { JobFault } from "./job-faults.ts";
import type { OrderedStep } from "./job-steps.ts";
import type { JobStep } from "./job-step.ts";
import { CRAWL_KEYS } from "./step-crawl.ts";
import { faultAt } from "./template-scope.ts";

/** Keys that mean something only beside another. */
const NEEDS: readonly (readonly [key: keyof JobStep, needs: readonly (keyof JobStep)[]])[] = [
  ["title", ["merge"]],
  ["scope", CRAWL_KEYS],
  ["depth", CRAWL_KEYS],
  ["include", CRAWL_KEYS],
  ["exclude", CRAWL_KEYS],
  ["drop", CRAWL_KEYS],
  ["sitemap", CRAWL_KEYS],
  ["robots", CRAWL_KEYS],
  ["remoteHeaderName", CRAWL_KEYS],
  ["remoteTime", CRAWL_KEYS],
  ["dedupe", CRAWL_KEYS],
  ["filter", ["rows", "for"]],
];

/** Keys of which a step has one or the other. */
const EITHER: readonly (readonly [keyof JobStep, keyof JobStep])[] = [
  ["rows", "for"],
  ["batch", "paginate"],
];

/** What a crawl has none of: it begins at one URL, sends GET, and its pages are no list. */
const NOT_IN_CRAWLS = [
  ...["rows", "for", "filter", "each", "method", "body", "json", "form", "file"],
  ...["paginate", "batch"],
] as readonly (keyof JobStep)[];

/** Checks that the keys of a step go together. @throws JobFault at the key that does not. */
export function checkTogether(step: JobStep, path: FieldPath): void {
  const links = CRAWL_KEYS.find((key) => step[key] !== undefined);
  const foreign = NOT_IN_CRAWLS.find((key) => step[key] !== undefined);
  if (links !== undefined && foreign !== undefined) {
    const words = `cannot stand beside ${links}; a crawl begins at its url and gives no rows`;
    throw new JobFault([...path, foreign], words, "key");
  }
  for (const [key, needs] of NEEDS) {
    if (step[key] === undefined || needs.some((other) => step[other] !== undefined)) continue;
    const words = `means nothing without ${new Intl.ListFormat("en", { type: "disjunction" }).format(needs)}`;
    throw new JobFault([...path, key], words, "key");
  }
  for (const [key, other] of EITHER) {
    if (step[key] === undefined || step[other] === undefined) continue;
    throw new JobFault([...path, other], `cannot stand beside ${key}; a step has one`, "key");
  }
}

/** Keys that make of an answer what no server sent, or take part of it. */
const NOT_IN_ARCHIVES = ["pick", "each", "paginate", "batch"] as const;

/**
 * Checks that a step whose `output` is an archive keeps whole answers. `pathOf` tells where a key stands, in
 * the step or at the top of the job. @throws JobFault
 */
export function checkArchive(step: JobStep, pathOf: (key: keyof JobStep) => FieldPath): void {
  if (step.output === undefined || warcCompressionOf(step.output) === undefined) return;
  const key = NOT_IN_ARCHIVES.find((one) => step[one] !== undefined);
  if (key === undefined) return;
  const words = `cannot stand beside output: ${step.output}, which holds whole answers as they came`;
  throw new JobFault(pathOf(key), words, "key");
}

/** Checks the CSS selectors of a crawl. @throws JobFault for one that is none. */
export async function checkLinks(step: JobStep, path: FieldPath): Promise<void> {
  for (const key of ["follow", "download", "next"] as const) {
    const given = step[key];
    if (given === undefined) continue;
    const isList = typeof given !== "string";
    for (const [index, text] of (isList ? given : [given]).entries()) {
      try {
        await compileSelector(`css:${text.replace(/^css:/, "")}`);
      } catch (error) {
        throw faultAt(isList ? [...path, key, index] : [...path, key], error);
      }
    }
  }
}

/**
 * Checks that outputs tell their format and that no two steps write one file.
 * @throws JobFault, at the second of two
 */
export function checkOutputs(steps: readonly OrderedStep[]): void {
  const writers = new Map<string, number>();
  for (const { step, index } of steps) {
    for (const key of ["output", "merge"] as const) {
      const file = step[key];
      if (file === undefined || file === "-") continue;
      if (key === "output") checkFormat(file, ["steps", index, key]);
      const other = writers.get(file);
      if (other !== undefined) {
        throw new JobFault(["steps", index, key], `is ${file}, which steps[${other}] writes too`);
      }
      writers.set(file, index);
    }
  }
}

/** Checks what the schema of `auth` cannot say. @throws JobFault */
export function checkAuth(auth: JobAuth | undefined, steps: readonly OrderedStep[]): void {
  if (auth?.kind === "apiKey" && (auth.key === undefined) === (auth.keys === undefined)) {
    const many = auth.key !== undefined;
    throw new JobFault(
      ["auth"],
      many ? "has key and keys; it takes one" : "has neither key nor keys",
    );
  }
  if (auth?.kind === "oauth2" && !/^(?:https?:\/\/[^/]|\$\{)/i.test(auth.tokenUrl)) {
    throw new JobFault(["auth", "tokenUrl"], "is no http or https URL");
  }
  if (auth?.kind !== "login") return;
  const ids = steps.map(({ id }) => id);
  const login = steps.find(({ id }) => id === auth.step);
  if (login === undefined) {
    const hint = didYouMean(auth.step, ids) || `; there are ${ids.join(", ")}`;
    throw new JobFault(["auth", "step"], `names no step: "${auth.step}"${hint}`);
  }
  if (login.parents.kind !== "none") {
    throw new JobFault(["auth", "step"], "is for rows of another step; a login comes first");
  }
}

/** A folder and an archive are no records. @throws JobFault */
function checkFormat(file: string, path: FieldPath): void {
  if (file.endsWith("/") || warcCompressionOf(file) !== undefined) return;
  try {
    recordFormatOf(file);
  } catch (error) {
    throw faultAt(path, error);
  }
}
