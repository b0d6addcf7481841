import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { completionScript, SHELLS, type Shell } from "./completion-script.ts";
import { FLAGS } from "./flags.ts";

const installed = (shell: Shell): boolean => spawnSync(shell, ["-c", ":"]).status === 0;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fanfetch-completion-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(SHELLS)("the %s script", (shell) => {
  const script = completionScript(shell);

  test("names every option", () => {
    for (const flag of FLAGS) {
      expect(script).toContain(shell === "fish" ? ` -l ${flag.name} ` : `--${flag.name}`);
    }
  });

  test("evaluates nothing", () => {
    expect(script).not.toMatch(/\beval\b|`/);
    // The only substitutions in it call the completion builtin.
    for (const [found] of script.matchAll(/\$\([^\n]{0,9}/g)) expect(found).toMatch(/^\$\(compgen/);
  });

  if (installed(shell)) {
    test("is read by the shell", () => {
      const file = join(folder, `fanfetch.${shell}`);
      writeFileSync(file, script);
      const { status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    });
  } else {
    test.skip(`is read by the shell (skipped: ${shell} is not installed)`, () => {});
  }
});

describe("completing in bash", () => {
  const complete = (...words: readonly string[]): readonly string[] => {
    const program = `${completionScript("bash")}
      COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _fanfetch; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const shown = execFileSync("bash", ["--norc", "-c", program, "bash", "fanfetch", ...words], {
      cwd: folder,
      encoding: "utf8",
    });
    return shown.split("\n").filter((line) => line !== "");
  };

  test("offers commands, options, values, and what follows a command", () => {
    expect(complete("g")).toEqual(["get"]);
    expect(complete("get", "--conn")).toEqual(["--connect-timeout"]);
    expect(complete("get", "--order", "")).toEqual(["input", "arrival"]);
    expect(complete("get", "--no-m")).toEqual([]);
    expect(complete("map", "--no-m")).toEqual(["--no-meta"]);
    expect(complete("compare", "")).toEqual(["get", "map", "crawl", "run"]);
    expect(complete("completion", "z")).toEqual(["zsh"]);
    expect(complete("plan", "")).toEqual(["get", "map", "crawl", "run"]);
    expect(complete("plan", "crawl", "--mer")).toEqual(["--merge"]);
    expect(complete("plan", "get", "--sam")).toEqual(["--sample"]);
    expect(complete("plan", "map", "--max-c")).toEqual(["--max-cost"]);
    expect(complete("compare", "get", "--rep")).toEqual(["--repetitions"]);
  });

  test.each([
    "$(touch pwned)",
    "`touch pwned`",
    "--$(touch pwned)",
    "';touch pwned;'",
    "--order=$(touch pwned)",
  ])("does not run what was typed: %s", (typed) => {
    complete("get", typed);
    complete(typed);
    complete("get", "--order", typed);
    complete("get", typed, "");
    expect(readdirSync(folder)).not.toContain("pwned");
  });
});
