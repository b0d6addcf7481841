import { encodedName } from "../formats/url-template-parser.ts";
import { templatesInJson } from "../formats/text-template.ts";
import { compileUrlTemplate, type UrlTemplate } from "../formats/url-template.ts";
import type { FieldPath } from "./field-place.ts";
import type { JobStep } from "./job-step.ts";
import { JobFault } from "./job-faults.ts";
import { withEnvironment, withEnvironmentVariables } from "./job-environment.ts";
import { checkVariables, compiledAt, type TemplateScope } from "./template-scope.ts";

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\//i;
/** A URL that a row gives as a whole. */
const FROM_ROW = /^\{\+/;

/**
 * The URL of a step's requests: `base` before a relative one; `params` are the values of its
 * variables, and those it does not name are added to its query.
 * @throws JobFault for a template that is none, an unknown variable, and a relative URL without base.
 */
export function compileStepUrl(
  { url, params: given = {} }: JobStep,
  {
    base,
    path,
    scope,
  }: {
    readonly base: string | undefined;
    readonly path: FieldPath;
    readonly scope: TemplateScope;
  },
): UrlTemplate {
  const at = [...path, "url"];
  // What a function gives for a row, and for which of its variables, only the row will tell.
  const isAsked = typeof given === "function";
  const params = isAsked ? {} : given;
  const columns = [...(scope.columns ?? []), ...Object.keys(params)];
  const own = compiledAt(at, () => compileUrlTemplate(withEnvironmentVariables(url), { columns }));
  if (!isAsked) checkVariables(own.variables, at, scope, Object.keys(params));
  const added = Object.keys(params).filter((name) => !own.variables.includes(name));
  const text = withParameters(absolute(withEnvironmentVariables(url), base, at), added);
  const whole = compiledAt(at, () => compileUrlTemplate(text, { columns }));
  checkScheme(whole, at);

  const templates = new Map(
    Object.entries(params).map(([name, value]) => {
      const where = [...path, "params", name];
      const template = compiledAt(where, () => templatesInJson(withEnvironment(value)));
      checkVariables(template.variables, where, scope);
      return [name, template] as const;
    }),
  );
  return {
    ...whole,
    expand: (lookup) =>
      whole.expand((name) => {
        const template = templates.get(name) ?? templates.get(decoded(name));
        return template === undefined ? lookup(name) : template.expand(lookup);
      }),
  };
}

function absolute(url: string, base: string | undefined, path: FieldPath): string {
  if (ABSOLUTE.test(url) || FROM_ROW.test(url)) return url;
  if (base === undefined) {
    const hint = /^\{[^/?#&;.]/.test(url)
      ? `a whole URL of a row is written {+${url.slice(1)}`
      : "write https://… in one of them";
    throw new JobFault(path, `is relative, and the job has no base; ${hint}`);
  }
  const joint = /^(?:[/?#]|\{[/?#&])/.test(url) ? "" : "/";
  return `${base.replace(/\/+$/, "")}${joint}${url}`;
}

/** Adds `{?a*,b*}`: a list is repeated, as most servers have it. */
function withParameters(url: string, names: readonly string[]): string {
  if (names.length === 0) return url;
  const list = names.map((name) => `${parameterName(name)}*`).join(",");
  const hash = url.indexOf("#");
  const before = hash === -1 ? url : url.slice(0, hash);
  const sign = /\?/.test(before) ? "&" : "?";
  return `${before}{${sign}${list}}${hash === -1 ? "" : url.slice(hash)}`;
}

/** A parameter's name as a template has it: dots stand between letters only. */
function parameterName(name: string): string {
  const encoded = encodedName(name);
  return /^\.|\.\.|\.$/.test(encoded) ? encoded.replaceAll(".", "%2E") : encoded;
}

function checkScheme(url: UrlTemplate, path: FieldPath): void {
  if (url.hostVariables === "some") return;
  const example = URL.parse(url.expand(() => "/x"));
  if (example === null || !/^https?:$/.test(example.protocol)) {
    throw new JobFault(path, "is no http or https URL");
  }
  if (example.username !== "" || example.password !== "") {
    throw new JobFault(path, "holds a user or a password; write them in auth, as ${NAME}");
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
