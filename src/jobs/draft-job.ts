import { Document, isScalar, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";

import { draftAnswer, type DraftAnswer } from "./draft-answer.ts";
import { draftRequest, type SampleRequest } from "./draft-request.ts";

/** A job file that works as it is, with comments on what may come next. */
export interface DraftJob {
  readonly text: string;
  /** Environment variables to set before it runs. */
  readonly secrets: readonly string[];
}

const SCHEMA_LINE = " yaml-language-server: $schema=./node_modules/fanfetch/schema/job.schema.json";

const LIMITS = ` limits: { perHost: 10, rate: 20/s } # without them the limits are learned`;

/**
 * Writes a job from a request, and from an answer to it where there is one.
 * @throws TypeError for what is no http or https URL.
 */
export function draftJob(request: SampleRequest, answer?: { readonly json: unknown }): DraftJob {
  const { name, base, headers, auth, step, secrets } = draftRequest(request);
  const shape = answer === undefined ? undefined : draftAnswer(answer.json);
  const variables = variablesOf(request.url);
  const id = name;
  const first = {
    id,
    ...(variables.length === 0 ? {} : { rows: [sampleRow(variables)] }),
    ...step,
    ...(shape === undefined ? {} : shapeKeys(shape)),
  };
  const job = {
    name,
    base,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(auth === undefined ? {} : { auth }),
    steps: [first],
  };
  const document = new Document(job);
  document.commentBefore = `${SCHEMA_LINE}\n docs/jobs.md tells what a job may have; fanfetch run FILE runs it`;
  const root = document.contents as unknown as YAMLMap;
  comment(root, "base", " --set base=… asks another server");
  if (auth !== undefined)
    comment(root, "auth", " secrets are named here and set in the environment");
  comment(root, "steps", LIMITS);
  const node = document.getIn(["steps", 0]) as YAMLMap;
  if (variables.length > 0) comment(node, "rows", " or a table beside this file, such as rows.csv");
  if (shape !== undefined && "each" in shape) {
    comment(
      node,
      "each",
      ` ${shape.items === 1 ? "1 item" : `${shape.items} items`}: rows for a step that says \`for: ${id}\``,
    );
  }
  node.comment = optionalLines(id, shape);
  (document.get("steps") as YAMLSeq).comment = nextStep(id, shape);
  return { text: `${document.toString({ lineWidth: 0 }).trimEnd()}\n`, secrets };
}

/** Variables of the URL's templates, in order. */
function variablesOf(url: string): readonly string[] {
  const names = [...url.matchAll(/\{[+#./;?&]?([^{}]*)\}/g)].flatMap(([, list]) =>
    list!.split(",").map((name) => name.replace(/(?::\d+|\*)$/, "")),
  );
  return [...new Set(names)].filter((name) => name !== "");
}

function sampleRow(variables: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(variables.map((name) => [name, `a ${name}`]));
}

function shapeKeys(shape: DraftAnswer): Readonly<Record<string, unknown>> {
  if ("each" in shape) return { each: shape.each };
  return Object.keys(shape.pick).length === 0 ? {} : { pick: shape.pick };
}

function comment(map: YAMLMap, key: string, text: string): void {
  const pair = map.items.find((one) => isScalar(one.key) && one.key.value === key);
  if (pair !== undefined) (pair as Pair<Scalar>).key.commentBefore = text;
}

/** What the step may have beside, ready to have its # removed. */
function optionalLines(id: string, shape: DraftAnswer | undefined): string {
  const lines = [
    " paginate: auto # all pages of the list",
    ` rules: [{ when: "status == 'OVER_QUERY_LIMIT'", then: retry }]`,
    ` output: ${id}.jsonl`,
  ];
  if (shape === undefined) {
    lines.unshift(' each: "items[*].{id: id, name: name}" # rows for other steps');
  }
  return lines.join("\n");
}

/** A step for each row of the first. */
function nextStep(id: string, shape: DraftAnswer | undefined): string {
  const [column = "id"] = shape !== undefined && "each" in shape ? shape.columns : [];
  return [
    ` - for: ${id} # one request for each row`,
    `   url: "/${id}/{${column}}"`,
    `   save: "${id}/{${column}}.json"`,
  ].join("\n");
}
