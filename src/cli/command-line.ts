import { parseArgs } from "node:util";

import { UsageError } from "../core/usage-error.ts";
import { COMMANDS, LATER_COMMANDS } from "./commands.ts";
import { CURL_WORDS } from "./curl-words.ts";
import {
  type AroundCommand,
  type CommandName,
  type Flag,
  isAround,
  SURROUNDED,
  type SurroundedCommand,
} from "./flag.ts";
import { FLAGS, flagsOf, LATER_FLAGS } from "./flags.ts";

/** What was typed, split by the table of flags; values are still text. */
export interface CommandLine {
  /** Undefined where `--help` was asked of the whole program. */
  readonly command: CommandName | undefined;
  /** For `compare`, `plan` and `rehearse`: the command that is compared, planned or rehearsed. */
  readonly compared: SurroundedCommand | undefined;
  readonly asks: "help" | "version" | "work";
  /** By long name; a switch has no values; only the last one of a flag that does not add up. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

// Measured on Node 24: util.parseArgs is there already, commander costs 11 ms before the first
// request leaves, with a compile cache.
const OPTIONS = Object.fromEntries([
  ...FLAGS.map((flag) => [
    flag.name,
    {
      type: flag.argument === undefined ? ("boolean" as const) : ("string" as const),
      ...(flag.letter === undefined ? {} : { short: flag.letter }),
    },
  ]),
  ["help", { type: "boolean", short: "h" }],
  ["version", { type: "boolean", short: "V" }],
]) as Record<string, { type: "boolean" | "string"; short?: string }>;

/**
 * Splits the arguments after the program's name.
 * @throws UsageError for an unknown command or option (naming the nearest), a missing or a needless value.
 */
export async function parseCommandLine(argv: readonly string[]): Promise<CommandLine> {
  const { tokens } = parseArgs({
    args: spelledOut(argv),
    options: OPTIONS,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const positionals: string[] = [];
  for (const token of tokens) if (token.kind === "positional") positionals.push(token.value);
  const options = tokens.filter((token) => token.kind === "option");
  const asked = (name: string): boolean => options.some((token) => token.name === name);

  let first = positionals.shift();
  const asks = asked("help") || first === "help" ? "help" : asked("version") ? "version" : "work";
  if (first === "help") first = positionals.shift();
  if (asks === "version" || (asks === "help" && first === undefined)) {
    return { command: undefined, compared: undefined, asks, values: new Map(), positionals };
  }
  const command = await commandNamed(first);
  let compared: CommandLine["compared"];
  // A rehearsal may be one of nothing.
  const isOwed = asks === "work" && command !== "rehearse";
  if (isAround(command) && (positionals.length > 0 || isOwed)) {
    // A job file says by its name that it is one.
    compared = isJobFile(command, positionals[0])
      ? "run"
      : await comparedNamed(command, positionals.shift());
  }
  const known = flagsOf(command, ...(compared === undefined ? [] : [compared]));
  const values = new Map<string, string[]>();
  for (const { name, rawName, value } of options) {
    if (name === "help" || name === "version") continue;
    const flag = known.find((one) => one.name === name);
    if (flag === undefined) throw await unknownOption(rawName, name, compared ?? command, known);
    values.delete(name.startsWith("no-") ? name.slice(3) : `no-${name}`);
    if (flag.argument === undefined) {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
      values.set(name, []);
    } else {
      if (value === undefined) {
        throw new UsageError(`${rawName} needs a value: ${rawName} ${flag.argument}`);
      }
      await checkChoice(rawName, value, flag);
      if (flag.repeat === "adds") values.set(name, [...(values.get(name) ?? []), value]);
      else values.set(name, [value]);
    }
  }
  return { command, compared, asks, values, positionals };
}

async function commandNamed(word: string | undefined): Promise<CommandName> {
  const names = COMMANDS.map((entry) => entry.name);
  if (word === undefined) {
    throw new UsageError(`say what to do: ${names.join(", ")}; fanfetch --help tells more`);
  }
  const found = names.find((name) => name === word);
  if (found !== undefined) return found;
  const { visible } = await import("../formats/visible.ts");
  if (LATER_COMMANDS.includes(word)) {
    throw new UsageError(`${word} is not there yet; this version has ${names.join(", ")}`);
  }
  if (/^https?:\/\//i.test(word)) {
    throw new UsageError(`a URL is not a command; did you mean "get"? (fanfetch get URL)`);
  }
  const { didYouMean } = await import("../formats/nearest.ts");
  throw new UsageError(
    `"${visible(word)}" is not a command${didYouMean(word, names) || `; there are ${names.join(", ")}`}`,
  );
}

/** Gives an option that may stand without its value the value that it then has. */
function spelledOut(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.map((word, index) => {
    if (!word.startsWith("--") || (end !== -1 && index >= end)) return word;
    const bare = FLAGS.find((flag) => `--${flag.name}` === word)?.bare;
    return bare === undefined || /^\d+$/.test(argv[index + 1] ?? "") ? word : `${word}=${bare}`;
  });
}

const VERBS = { compare: "measures", plan: "tells of", rehearse: "plays for" } as const;

function isJobFile(command: AroundCommand, word = ""): boolean {
  return command === "rehearse" && /.\.(?:ya?ml|json|[cm]?[jt]s)$/i.test(word);
}

async function comparedNamed(
  command: AroundCommand,
  word: string | undefined,
): Promise<SurroundedCommand> {
  const names: readonly SurroundedCommand[] = SURROUNDED[command];
  const found = names.find((name) => name === word);
  if (found !== undefined) return found;
  if (word === undefined)
    throw new UsageError(
      `say what to ${command}: ${command} get URL... or ${command} map TABLE URL_TEMPLATE`,
    );
  const [{ didYouMean }, { visible }] = await Promise.all([
    import("../formats/nearest.ts"),
    import("../formats/visible.ts"),
  ]);
  const listed = new Intl.ListFormat("en", { type: "disjunction" }).format(names);
  throw new UsageError(
    `${command} ${VERBS[command]} ${listed}, not "${visible(word)}"${didYouMean(word, names)}`,
  );
}

async function unknownOption(
  rawName: string,
  name: string,
  command: CommandName,
  known: readonly Flag[],
): Promise<UsageError> {
  const later = LATER_FLAGS.get(name);
  if (later !== undefined) return new UsageError(`${rawName} (${later}) is not there yet`);
  const elsewhere = FLAGS.find((flag) => flag.name === name);
  if (elsewhere !== undefined) {
    return new UsageError(
      `${rawName} belongs to ${elsewhere.commands.join(" and ")}, not to ${command}`,
    );
  }
  const [{ didYouMean }, { visible }] = await Promise.all([
    import("../formats/nearest.ts"),
    import("../formats/visible.ts"),
  ]);
  const candidates = known.map((flag) => `--${flag.name}`);
  const words = CURL_WORDS.get(name);
  const hint =
    words === undefined
      ? rawName.startsWith("--")
        ? didYouMean(rawName, candidates)
        : ""
      : `; ${words}`;
  return new UsageError(
    `${visible(rawName)} is not an option of ${command}${hint || `; fanfetch ${command} --help lists them`}`,
  );
}

async function checkChoice(rawName: string, value: string, flag: Flag): Promise<void> {
  if (flag.take !== "only" || flag.values === undefined || flag.values.includes(value)) return;
  const [{ didYouMean }, { visible }] = await Promise.all([
    import("../formats/nearest.ts"),
    import("../formats/visible.ts"),
  ]);
  throw new UsageError(
    `${rawName} is one of ${flag.values.join(", ")}, not "${visible(value)}"${didYouMean(value, flag.values)}`,
  );
}
