import { COMMANDS } from "./commands.ts";
import { type CommandName, type Flag, isAround, SURROUNDED } from "./flag.ts";
import { flagsOf } from "./flags.ts";

const WIDTH = 100;
const INDENT = 30;

/** The text of `fanfetch --help`. */
export function programHelp(): string {
  const widest = Math.max(...COMMANDS.map((entry) => entry.usage.length));
  const lines = COMMANDS.map((entry) => `  fanfetch ${entry.usage.padEnd(widest)}  ${entry.doc}`);
  return [
    "fanfetch: a list of things in, a list of answers out",
    "",
    ...lines,
    "",
    "fanfetch COMMAND --help lists the options. Data goes to stdout, everything else to stderr.",
    "Exit codes: 0 all answered · 1 some failed · 2 wrong usage, nothing sent · 3 stopped by a cap ·",
    "4 disk · 5 network gone · 6 authorisation refused throughout · 7 locked · 8 --exit-on-change ·",
    "130, 143 interrupted",
    "",
  ].join("\n");
}

/** The text of `fanfetch COMMAND --help`. */
export function commandHelp(command: CommandName): string {
  const entry = COMMANDS.find((one) => one.name === command)!;
  const lines = [`fanfetch ${entry.usage}`, `  ${entry.doc}`];
  for (const [group, flags] of Map.groupBy(flagsOf(command), (flag) => flag.group)) {
    lines.push("", group);
    for (const flag of flags) lines.push(...flagHelp(flag));
  }
  if (isAround(command)) {
    const listed = new Intl.ListFormat("en", { type: "disjunction" }).format(SURROUNDED[command]);
    lines.push("", `and every option of ${listed}`);
  }
  return `${lines.join("\n")}\n`;
}

function flagHelp(flag: Flag): readonly string[] {
  const letter = flag.letter === undefined ? "    " : `-${flag.letter}, `;
  const head = `  ${letter}--${flag.name}${flag.argument === undefined ? "" : ` ${flag.argument}`}`;
  let text = flag.doc;
  if (flag.take === "only" && flag.argument?.includes("|") !== true) {
    text += `: ${flag.values!.join(", ")}`;
  }
  if (flag.default !== undefined) text += ` (default: ${flag.default})`;
  if (flag.repeat === "adds") text += " (repeatable)";
  const wrapped = wrap(text, WIDTH - INDENT);
  const pad = " ".repeat(INDENT);
  if (head.length + 2 > INDENT) return [head, ...wrapped.map((line) => pad + line)];
  return [head.padEnd(INDENT) + wrapped[0]!, ...wrapped.slice(1).map((line) => pad + line)];
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
