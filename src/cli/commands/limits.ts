import { resolve } from "node:path";

import { DiskError, systemWords } from "../../core/disk-error.ts";
import { UsageError } from "../../core/usage-error.ts";
import { visible } from "../../formats/visible.ts";
import {
  forgetAllHosts,
  forgetHosts,
  type KnownHost,
  readKnownHosts,
  writeKnownHost,
} from "../../memory/known-hosts.ts";
import { stateFolder } from "../../memory/state-folder.ts";
import { partsOfScope } from "../../policy/limit-scope.ts";
import { formatHost, formatHosts, hostToJson, nameOf } from "../../report/host-listing.ts";
import type { CommandLine } from "../command-line.ts";
import { writePieces } from "../export-file.ts";
import { declare, readDeclaredLimits } from "../set-limits.ts";
import { createValues, type Values } from "../settings.ts";
import { shownAs, tellJson, tellLines } from "../tell-result.ts";
import type { Terminal } from "../terminal.ts";
import { originIn, whichHosts } from "../which-hosts.ts";
import { writeWhole } from "../whole-output.ts";

const ACTIONS = ["set", "forget", "export"] as const;

/** `fanfetch limits`: what is remembered of hosts, shown, edited, forgotten or exported. */
export async function limits(line: CommandLine, terminal: Terminal): Promise<number> {
  const values = createValues(line);
  const [word, ...more] = line.positionals;
  if (more.length > 0)
    throw new UsageError(`limits takes one host, "${visible(more[0]!)}" is too much`);
  const actions = ACTIONS.filter((name) => values.has(name));
  if (actions.length > 1) {
    throw new UsageError(`say --${actions[0]} or --${actions[1]}, not both`);
  }
  const folder = stateFolder(process.env);
  try {
    if (folder === undefined) return await tellNothing(values, line, terminal);
    const [action] = actions;
    if (action === "forget") return await forget(folder, word, line, terminal);
    const { hosts, trouble } = readKnownHosts(folder, Date.now());
    if (trouble !== undefined) void terminal.stderr.write(`fanfetch: ${visible(trouble)}\n`);
    if (action === "set") return await set(folder, { word, hosts, values }, line, terminal);
    const meant = word === undefined ? hosts : whichHosts(word, hosts);
    if (action === "export") return await exportHosts(folder, meant, values, terminal);
    if (shownAs(line) === "json") await tellJson(terminal, toJson(folder, meant));
    else await tellLines(terminal, word === undefined ? listed(folder, meant) : described(meant));
    return 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof DiskError) throw error;
    const words = systemWords(error as NodeJS.ErrnoException);
    throw new DiskError(`what is remembered in ${visible(folder ?? "")}: ${words}`, {
      cause: error,
    });
  }
}

/** Nothing is remembered: there is nothing to show, and nothing can be changed. */
async function tellNothing(values: Values, line: CommandLine, terminal: Terminal): Promise<number> {
  const why = "nothing is remembered of hosts: FANFETCH_STATE is none, or there is no home";
  if (ACTIONS.some((name) => values.has(name))) throw new UsageError(why);
  if (shownAs(line) === "json") await tellJson(terminal, { folder: null, hosts: [] });
  else await tellLines(terminal, [why]);
  return 0;
}

async function forget(
  folder: string,
  word: string | undefined,
  line: CommandLine,
  terminal: Terminal,
): Promise<number> {
  if (word === undefined) throw new UsageError("say which host to forget, or all");
  const { hosts } = readKnownHosts(folder, Date.now());
  const meant = word === "all" ? hosts : whichHosts(word, hosts);
  if (word === "all") forgetAllHosts(folder);
  else
    forgetHosts(
      folder,
      meant.map(({ scope }) => scope),
    );
  if (shownAs(line) === "json") await tellJson(terminal, { forgotten: meant.map(hostToJson) });
  else if (word === "all") {
    await tellLines(terminal, [
      `forgot ${meant.length === 1 ? "1 host" : `${meant.length} hosts`}`,
    ]);
  } else {
    await tellLines(
      terminal,
      meant.map(({ scope }) => `forgot ${visible(nameOf(scope))}`),
    );
  }
  return 0;
}

async function set(
  folder: string,
  asked: {
    readonly word: string | undefined;
    readonly hosts: readonly KnownHost[];
    readonly values: Values;
  },
  line: CommandLine,
  terminal: Terminal,
): Promise<number> {
  const { word, hosts, values } = asked;
  if (word === undefined)
    throw new UsageError("say whose limits to set: limits HOST --set rate=20/s");
  const declared = readDeclaredLimits(values.all("set"));
  const scopes = toSet(word, hosts);
  const nowMs = Date.now();
  for (const { scope, record } of scopes) {
    writeKnownHost(folder, {
      scope,
      profile: declare(record?.profile, declared),
      requests: record?.requests ?? 0,
      refused: record?.refused ?? 0,
      firstMs: record?.firstMs ?? nowMs,
      lastMs: nowMs,
    });
  }
  const written = readKnownHosts(folder, nowMs).hosts.filter(({ scope }) =>
    scopes.some((one) => one.scope === scope),
  );
  if (shownAs(line) === "json") await tellJson(terminal, toJson(folder, written));
  else await tellLines(terminal, described(written));
  return 0;
}

/** A host that was never asked can be declared by its whole address; a bare name is one that is known. */
function toSet(word: string, hosts: readonly KnownHost[]): readonly KnownHost[] {
  const origin = originIn(word);
  const isKnown = hosts.some(({ scope }) => partsOfScope(scope).host === origin);
  if (origin === undefined || isKnown) return whichHosts(word, hosts);
  return [{ scope: origin, record: undefined, quotas: [] }];
}

async function exportHosts(
  folder: string,
  hosts: readonly KnownHost[],
  values: Values,
  terminal: Terminal,
): Promise<number> {
  const name = values.last("export") ?? "";
  if (name === "-") {
    await tellJson(terminal, toJson(folder, hosts));
    return 0;
  }
  if (!name.toLowerCase().endsWith(".json")) {
    throw new UsageError(
      `--export writes JSON: a FILE.json, or - for stdout, not "${visible(name)}"`,
    );
  }
  const exists = values.has("force") ? "overwrite" : "refuse";
  const interrupted = await writeWhole(
    { path: resolve(name), name, exists },
    (output) => writePieces(output, pieceOf(toJson(folder, hosts))),
    { terminal },
  );
  if (interrupted !== undefined) return interrupted;
  const count = hosts.length === 1 ? "1 host" : `${hosts.length} hosts`;
  void terminal.stderr.write(`${count} → ${visible(name)}\n`);
  return 0;
}

async function* pieceOf(value: object): AsyncGenerator<string> {
  yield `${JSON.stringify(value, undefined, 2)}\n`;
}

function toJson(folder: string, hosts: readonly KnownHost[]): object {
  return { folder, hosts: hosts.map(hostToJson) };
}

function listed(folder: string, hosts: readonly KnownHost[]): readonly string[] {
  return hosts.length > 0
    ? formatHosts(hosts)
    : [`nothing is known of any host yet in ${visible(folder)}`];
}

function described(hosts: readonly KnownHost[]): readonly string[] {
  return hosts.flatMap((host, index) =>
    index === 0 ? formatHost(host) : ["", ...formatHost(host)],
  );
}
