/** Writes a link to a path, which ends so unless the selector says otherwise. */
export type MadeUpLink = (path: string, ending: string, text: string) => string;

/** `nav > a.next[rel="next"]`: a compound selector after the other. */
const COMPOUND = /(?:[^\s>+~,[\]]|\[[^\]]*\])+/g;
const ATTRIBUTE =
  /\[\s*([\w-]+)\s*(?:([~|^$*]?)=\s*(?:"([^"]*)"|'([^']*)'|([^\]\s]*))\s*[is]?\s*)?\]/gi;

/**
 * Makes links that a CSS selector means, as far as it names elements, classes, ids and attributes, of which the
 * link's own may tell what its URL begins with, contains and ends with. Whoever makes some sees whether
 * they are found.
 */
export function linkFor(selector: string): MadeUpLink {
  const first = selector.split(",")[0]!;
  const compounds = first.match(COMPOUND) ?? ["a"];
  const last = compounds.at(-1)!;
  const isLink = tagOf(last) === undefined || /^(?:a|area|\*)$/i.test(tagOf(last)!);
  const around = isLink ? compounds.slice(0, -1) : compounds;
  const href = hrefOf(isLink ? last : "");
  const opened = around.map((one) => `<${tagOf(one) ?? "div"}${attributesOf(one)}>`).join("");
  const closed = around
    .toReversed()
    .map((one) => `</${tagOf(one) ?? "div"}>`)
    .join("");
  const own = isLink ? attributesOf(last) : "";
  return (path, ending, text) =>
    `${opened}<a href="${escaped(href(path, ending))}"${own}>${text}</a>${closed}`;
}

function tagOf(compound: string): string | undefined {
  const tag = /^[a-z][\w-]*/i.exec(compound)?.[0];
  return tag;
}

/** Classes, the id, and attributes but the URL, as HTML. */
function attributesOf(compound: string): string {
  const bare = compound.replaceAll(ATTRIBUTE, "").replaceAll(/:[\w-]+(?:\([^)]*\))?/g, "");
  const classes = [...bare.matchAll(/\.([\w-]+)/g)].map(([, name]) => name!);
  const id = /#([\w-]+)/.exec(bare)?.[1];
  const texts = [
    ...(classes.length === 0 ? [] : [` class="${classes.join(" ")}"`]),
    ...(id === undefined ? [] : [` id="${id}"`]),
  ];
  for (const [, name, , double, single, plain] of compound.matchAll(ATTRIBUTE)) {
    if (name!.toLowerCase() === "href") continue;
    texts.push(` ${name}="${escaped(double ?? single ?? plain ?? "")}"`);
  }
  return texts.join("");
}

/** The URL of a path that has what the selector wants of it. */
function hrefOf(compound: string): (path: string, ending: string) => string {
  let [beginning, middle] = ["", ""];
  let end: string | undefined;
  for (const [, name, how, double, single, plain] of compound.matchAll(ATTRIBUTE)) {
    if (name!.toLowerCase() !== "href") continue;
    const value = double ?? single ?? plain ?? "";
    if (how === "^") beginning = value;
    else if (how === "$") end = value;
    else if (how === "*") middle += value;
  }
  return (path, ending) => {
    const whole = `${path}${end ?? ending}`;
    const between = middle === "" || whole.includes(middle) ? path : `${path}${middle}`;
    const bare = beginning === "" ? between : between.replace(/^\//, "");
    return `${beginning}${bare}${end ?? ending}`;
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}
