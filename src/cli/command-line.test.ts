import { describe, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { parseCommandLine } from "./command-line.ts";
import { COMMANDS } from "./commands.ts";
import { CURL_WORDS } from "./curl-words.ts";
import { FLAGS, flagsOf, LATER_FLAGS } from "./flags.ts";
import { commandHelp, programHelp } from "./help.ts";

describe("parseCommandLine", () => {
  test("letters stick together, take their value attached or apart, and -- ends the options", async () => {
    const line = await parseCommandLine([
      "get",
      "-qj8",
      "-o",
      "-",
      "--header=A: b",
      "-H",
      "-x",
      "--",
      "-y",
    ]);
    expect(line.command).toBe("get");
    expect(line.values.get("quiet")).toEqual([]);
    expect(line.values.get("concurrency")).toEqual(["8"]);
    expect(line.values.get("output")).toEqual(["-"]);
    expect(line.values.get("header")).toEqual(["A: b", "-x"]);
    expect(line.positionals).toEqual(["-y"]);
  });

  test("options may stand before the command", async () => {
    expect(await parseCommandLine(["-j", "2", "get", "u"])).toMatchObject({
      command: "get",
      positionals: ["u"],
    });
  });

  test.each([
    [["--sample"], "5"],
    [["--sample", "20"], "20"],
    [["--sample=20"], "20"],
    [["--sample", "-q"], "5"],
  ])("plan takes %j as a sample of %s", async (words, size) => {
    for (const argv of [
      ["plan", ...words, "get", "u"],
      ["plan", "get", "u", ...words],
    ]) {
      const line = await parseCommandLine(argv);
      expect(line).toMatchObject({ command: "plan", compared: "get", positionals: ["u"] });
      expect(line.values.get("sample")).toEqual([size]);
    }
  });

  test("after -- an option without its value is a word", async () => {
    const line = await parseCommandLine(["plan", "get", "--", "--sample"]);
    expect(line.positionals).toEqual(["--sample"]);
    expect(line.values.has("sample")).toBe(false);
  });

  test("compare takes the options of what it compares, and its own --format", async () => {
    const line = await parseCommandLine(["compare", "get", "u", "--format", "json", "-j", "3"]);
    expect(line).toMatchObject({ command: "compare", compared: "get", positionals: ["u"] });
    expect(line.values.get("format")).toEqual(["json"]);
  });

  test("a name of Object.prototype is no option", async () => {
    await expect(parseCommandLine(["get", "--constructor"])).rejects.toThrow(
      /--constructor is not an option/,
    );
    await expect(parseCommandLine(["get", "--__proto__", "x"])).rejects.toThrow(UsageError);
    await expect(parseCommandLine(["constructor"])).rejects.toThrow(/is not a command/);
  });

  test.each([
    [["gat", "u"], 'gat" is not a command; did you mean "get"?'],
    [["get", "--time-out", "3"], 'did you mean "--timeout"?'],
    [["get", "--progress", "jsn"], 'not "jsn"; did you mean "json"?'],
    [["map", "--from", "x"], "--from belongs to get, not to map"],
    [["get", "--quiet=yes"], "--quiet takes no value"],
    [["get", "--timeout"], "--timeout needs a value: --timeout DURATION"],
    [["get", "-L", "u"], "-L is not an option of get; redirects are followed anyway"],
    [["get", "--retry", "3"], "--retry is not an option of get; use --retries N"],
    [["plan"], "say what to plan"],
    [["compare"], "say what to compare"],
    [["compare", "gett"], 'did you mean "get"?'],
    [["worker"], "worker is not there yet"],
    [["get", "--\u001b[2J"], "--\\x1b[2J is not an option"],
  ] as const)("%j is refused: %s", async (argv, message) => {
    await expect(parseCommandLine(argv)).rejects.toThrow(UsageError);
    await expect(parseCommandLine(argv)).rejects.toThrow(message);
  });

  test.each([...LATER_FLAGS.keys()])("--%s says that it is not there yet", async (name) => {
    await expect(parseCommandLine(["get", `--${name}`, "x"])).rejects.toThrow(/is not there yet$/);
  });
});

describe("the table of flags", () => {
  test("takes back no word of curl that it explains away", () => {
    for (const word of CURL_WORDS.keys()) {
      expect(FLAGS.filter((flag) => flag.name === word || flag.letter === word)).toEqual([]);
    }
  });

  test("no letter means two things, no name stands twice for a command", () => {
    for (const command of ["get", "map", "compare"] as const) {
      const flags = FLAGS.filter((flag) => flag.commands.includes(command));
      expect(new Set(flags.map((flag) => flag.name)).size).toBe(flags.length);
    }
    const letters = FLAGS.filter((flag) => flag.letter !== undefined);
    const meanings = new Set(letters.map(({ letter, name }) => `${letter} ${name}`));
    expect(new Set(letters.map(({ letter }) => letter)).size).toBe(meanings.size);
  });

  test("flags of one name agree on taking a value, since they are parsed before the command is known", () => {
    for (const flag of FLAGS) {
      const namesakes = FLAGS.filter((other) => other.name === flag.name);
      expect(new Set(namesakes.map((other) => other.argument === undefined)).size).toBe(1);
    }
  });

  test.each([80, 100, 300])("--help names every command and option in %i columns", (columns) => {
    const texts = [programHelp(columns)];
    for (const { name, usage } of COMMANDS) {
      expect(texts[0]).toContain(`  ${usage}`);
      const text = commandHelp(name, columns);
      for (const flag of flagsOf(name)) expect(text).toContain(`--${flag.name}`);
      texts.push(text);
    }
    for (const line of texts.join("\n").split("\n")) {
      expect(line.length).toBeLessThanOrEqual(Math.min(columns, 100));
    }
  });
});
