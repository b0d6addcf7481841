/** A fenced block of a document: ```LANGUAGE WORD WORD. */
export interface Block {
  readonly language: string;
  /** What follows the language in the opening line, split at spaces. */
  readonly words: readonly string[];
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

/** Every fenced block of a markdown text, in order. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const opening = /^```(\w+)\s*(.*)$/.exec(lines[index]!);
    if (opening === null) continue;
    const end = lines.indexOf("```", index + 1);
    if (end === -1) throw new Error(`line ${index + 1}: a block is opened and never closed`);
    blocks.push({
      language: opening[1]!,
      words: opening[2]!.split(/\s+/).filter((word) => word !== ""),
      text: lines.slice(index + 1, end).join("\n") + "\n",
      line: index + 1,
    });
    index = end;
  }
  return blocks;
}

/** A command of a document and what the document shows of its output. */
export interface Command {
  readonly command: string;
  readonly shown: string;
}

/** The commands of a `sh` block: lines after `$ `, continued where one ends with a backslash. */
export function commandsOf(text: string): readonly Command[] {
  const commands: Command[] = [];
  let continued = false;
  for (const line of text.trimEnd().split("\n")) {
    const last = commands.at(-1);
    if (continued && last !== undefined) {
      commands[commands.length - 1] = { ...last, command: `${last.command}\n${line}` };
    } else if (line.startsWith("$ ") || line.startsWith("npm start --")) {
      commands.push({ command: line.replace(/^\$ /, ""), shown: "" });
    } else if (last !== undefined) {
      commands[commands.length - 1] = { ...last, shown: `${last.shown}${line}\n` };
    }
    continued = line.endsWith("\\");
  }
  return commands;
}

/** Whether a block shows the command line at work, so that it has to run. */
export function isExample(block: Block): boolean {
  return (
    block.language === "sh" && commandsOf(block.text).some(({ command }) => RUNS_US.test(command))
  );
}

const RUNS_US = /(?:^|[|;&]\s*)(?:fanfetch|npm start --)(?=\s|$)/m;
