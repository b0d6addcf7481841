import { COMMANDS } from "./commands.ts";
import { type AroundCommand, type CommandName, type Flag, isAround, SURROUNDED } from "./flag.ts";
import { FLAGS, flagsOf } from "./flags.ts";

/** Shells for which there is a completion script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof SHELLS)[number];

/**
 * A completion script made of the table of flags: nothing is run while completing, and nothing that
 * was typed is ever evaluated (no eval, no command substitution of words; candidates are fixed).
 */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

const NAMES = COMMANDS.map((entry) => entry.name);

function words(flags: readonly Flag[]): string {
  return [...flags.flatMap(options), "--help"].join(" ");
}

function options(flag: Flag): readonly string[] {
  return flag.letter === undefined ? [`--${flag.name}`] : [`-${flag.letter}`, `--${flag.name}`];
}

/** Flags whose values can be offered, by `--name|-n`. */
function offered(): readonly { readonly flag: Flag; readonly cases: string }[] {
  const seen = new Map<string, Flag>();
  for (const flag of FLAGS) {
    const earlier = seen.get(flag.name);
    // `--format` of map and of compare: offer what either takes.
    const values = [...(earlier?.values ?? []), ...(flag.values ?? [])];
    seen.set(flag.name, values.length === 0 ? flag : { ...flag, values });
  }
  const found = [...seen.values()].filter(
    (flag) => flag.values !== undefined || flag.take === "file",
  );
  return found.map((flag) => ({ flag, cases: options(flag).join("|") }));
}

/** What follows the command word itself, where that is fixed. */
const FIRST_WORDS: ReadonlyMap<CommandName, readonly string[]> = new Map<
  CommandName,
  readonly string[]
>([
  ...Object.entries(SURROUNDED).map(([name, others]) => [name as AroundCommand, others] as const),
  ["completion", [...SHELLS]],
  ["runs", ["prune"]],
]);

/** Those before another command take what that takes too. */
function flagsTypedAfter(name: CommandName): readonly Flag[] {
  return flagsOf(name, ...(isAround(name) ? SURROUNDED[name] : []));
}

function bash(): string {
  const values = offered().map(({ flag, cases }) =>
    flag.values === undefined
      ? `    ${cases}) return ;;`
      : `    ${cases}) COMPREPLY=( $(compgen -W '${flag.values.join(" ")}' -- "$word") ); return ;;`,
  );
  const commands = NAMES.map((name) => {
    const first = FIRST_WORDS.get(name);
    const flags = flagsTypedAfter(name);
    return `    ${name}) flags='${words(flags)}'; first='${first?.join(" ") ?? ""}' ;;`;
  });
  return `# bash completion for fanfetch; put it where bash finds it, or: source <(fanfetch completion bash)
_fanfetch() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} flags first
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=( $(compgen -W '${NAMES.join(" ")} --help --version' -- "$word") )
    return
  fi
  case $before in
${values.join("\n")}
  esac
  case \${COMP_WORDS[1]} in
${commands.join("\n")}
    *) return ;;
  esac
  case $word in
    -*) COMPREPLY=( $(compgen -W "$flags" -- "$word") ) ;;
    *)
      if [ "$COMP_CWORD" -eq 2 ] && [ -n "$first" ]; then
        COMPREPLY=( $(compgen -W "$first" -- "$word") )
      fi ;;
  esac
}
# Where nothing is offered, readline completes file names.
complete -o default -F _fanfetch fanfetch
`;
}

/** A text inside single quotes of zsh or fish. */
function quoted(text: string): string {
  return text.replaceAll(/['`\\]/g, "");
}

function zsh(): string {
  const spec = (flag: Flag): readonly string[] => {
    const doc = quoted(flag.doc).replaceAll(/[[\]:]/g, " ");
    const action =
      flag.values !== undefined
        ? `(${flag.values.join(" ")})`
        : flag.take === "file"
          ? "_files"
          : " ";
    const value = flag.argument === undefined ? "" : `:value:${action}`;
    const many = flag.repeat === "adds" ? "*" : "";
    return options(flag).map((option) => `      '${many}${option}[${doc}]${value}'`);
  };
  const commands = NAMES.map((name) => {
    const first = FIRST_WORDS.get(name);
    const flags = flagsTypedAfter(name);
    const specs = [...flags.flatMap(spec), "      '--help[show the options]'"];
    const rest = first === undefined ? [] : [`      '1:what:(${first.join(" ")})'`];
    return `    ${name}) _arguments -s \\\n${[...specs, ...rest, "      '*:file:_files'"].join(" \\\n")} ;;`;
  });
  const described = COMMANDS.map(
    ({ name, doc }) => `'${name}:${quoted(doc).replaceAll(":", " ")}'`,
  );
  return `#compdef fanfetch
# zsh completion for fanfetch; put it into a folder of $fpath as _fanfetch, or: source <(fanfetch completion zsh)
_fanfetch() {
  local -a commands
  commands=(${described.join(" ")})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local chosen=$words[2]
  shift words
  (( CURRENT-- ))
  case $chosen in
${commands.join("\n")}
  esac
}
if [ "$funcstack[1]" = _fanfetch ]; then
  _fanfetch "$@"
else
  compdef _fanfetch fanfetch
fi
`;
}

function fish(): string {
  const lines = [
    "# fish completion for fanfetch; save it as ~/.config/fish/completions/fanfetch.fish",
  ];
  for (const { name, doc } of COMMANDS) {
    lines.push(`complete -c fanfetch -n __fish_use_subcommand -f -a ${name} -d '${quoted(doc)}'`);
  }
  for (const flag of FLAGS) {
    const commands = new Set<CommandName>(flag.commands);
    for (const [name, others] of Object.entries(SURROUNDED)) {
      if (others.some((other) => flag.commands.includes(other)))
        commands.add(name as AroundCommand);
    }
    const parts = [
      `complete -c fanfetch -n '__fish_seen_subcommand_from ${[...commands].join(" ")}'`,
    ];
    if (flag.letter !== undefined) parts.push(`-s ${flag.letter}`);
    parts.push(`-l ${flag.name}`);
    if (flag.values !== undefined) parts.push(`-x -a '${flag.values.join(" ")}'`);
    else if (flag.argument !== undefined) parts.push(flag.take === "file" ? "-r -F" : "-x");
    parts.push(`-d '${quoted(flag.doc)}'`);
    lines.push(parts.join(" "));
  }
  for (const [command, first] of FIRST_WORDS) {
    lines.push(
      `complete -c fanfetch -n '__fish_seen_subcommand_from ${command}' -f -a '${first.join(" ")}'`,
    );
  }
  return `${lines.join("\n")}\n`;
}
