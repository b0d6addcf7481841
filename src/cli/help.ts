import { COMMANDS } from "./commands.ts";
import { type CommandName, type Flag, isAround, SURROUNDED } from "./flag.ts";
import { flagsOf } from "./flags.ts";

/** Columns before what is said of a command or an option. */
const INDENT = 30;
const NARROWEST = 60;
const WIDEST = 100;

/** The text of `fanfetch --help`, for so many columns. */
export function programHelp(columns = 80): string {
  const entries = COMMANDS.flatMap(({ usage, doc }) => entryLines(`  ${usage}`, doc, columns));
  const more =
    "fanfetch COMMAND --help lists the options, fanfetch --version tells the version. Data goes to stdout, everything else to stderr. Exit codes: 0 all answered · 1 some failed · 2 wrong usage, nothing sent · 3 stopped by a cap or a quota · 4 disk · 5 network gone · 6 authorisation refused throughout · 7 locked · 8 --exit-on-change · 129, 130, 143 interrupted";
  return [
    "fanfetch: a list of things in, a list of answers out",
    "",
    ...entries,
    "",
    ...wrap(more, widthOf(columns)),
    "",
  ].join("\n");
}

/** The text of `fanfetch COMMAND --help`, for so many columns. */
export function commandHelp(command: CommandName, columns = 80): string {
  const entry = COMMANDS.find((one) => one.name === command)!;
  const lines = [
    `fanfetch ${entry.usage}`,
    ...wrap(entry.doc, widthOf(columns) - 2).map((line) => `  ${line}`),
  ];
  for (const [group, flags] of Map.groupBy(flagsOf(command), (flag) => flag.group)) {
    lines.push("", group);
    for (const flag of flags) lines.push(...flagHelp(flag, columns));
  }
  if (isAround(command)) {
    const listed = new Intl.ListFormat("en", { type: "disjunction" }).format(SURROUNDED[command]);
    lines.push("", `and every option of ${listed}`);
  }
  return `${lines.join("\n")}\n`;
}

function flagHelp(flag: Flag, columns: number): readonly string[] {
  const letter = flag.letter === undefined ? "    " : `-${flag.letter}, `;
  const head = `  ${letter}--${flag.name}${flag.argument === undefined ? "" : ` ${flag.argument}`}`;
  let text = flag.doc;
  if (flag.take === "only" && flag.argument?.includes("|") !== true) {
    text += `: ${flag.values!.join(", ")}`;
  }
  if (flag.default !== undefined) text += ` (default: ${flag.default})`;
  if (flag.repeat === "adds") text += " (repeatable)";
  return entryLines(head, text, columns);
}

/** What is described, and beside or below it the description. */
function entryLines(head: string, text: string, columns: number): readonly string[] {
  const wrapped = wrap(text, widthOf(columns) - INDENT);
  const pad = " ".repeat(INDENT);
  if (head.length + 2 > INDENT) return [head, ...wrapped.map((line) => pad + line)];
  return [head.padEnd(INDENT) + wrapped[0]!, ...wrapped.slice(1).map((line) => pad + line)];
}

function widthOf(columns: number): number {
  return Math.min(WIDEST, Math.max(NARROWEST, columns));
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
