import { UsageError } from "../core/usage-error.ts";
import { parseCount, parseDuration, parseSize } from "../formats/quantity.ts";
import type { Behaviour, Turn } from "./behaviour.ts";
import { gzipOfZeros, textOf } from "./body.ts";
import { giveMadeUp } from "./made-up-answer.ts";

const MOST_BYTES = 2 ** 31;
const MOST_BOMB_BYTES = 2 ** 30;
/** Packed bombs, by their size; a server has a handful of sizes. */
const bombs = new Map<number, Promise<Buffer>>();

/** Behaviours that answer. */
export const ANSWERS: readonly Behaviour[] = [
  {
    name: "status",
    parameters: ["CODE"],
    doc: "answers with the status; a bare number does the same",
    example: "/status/503/then/200",
    kind: "answer",
    prepare([text = ""]) {
      const status = parseCount(text, 200);
      if (status > 999) throw new UsageError(`${status} is no status from 200 to 999`);
      return (exchange) => {
        exchange.json({ status, path: exchange.seen.path }, status);
        return "answered";
      };
    },
  },
  {
    name: "retry-after",
    parameters: ["DURATION"],
    doc: "answers 429 with Retry-After, in whole seconds",
    example: "/retry-after/2s/then/200",
    kind: "answer",
    prepare([text = ""]) {
      const seconds = String(Math.ceil(parseDuration(text) / 1000));
      return (exchange) => {
        exchange.headers.push("retry-after", seconds);
        exchange.json({ error: `come back in ${seconds} s` }, 429);
        return "answered";
      };
    },
  },
  {
    name: "reset",
    parameters: [],
    doc: "resets the connection without an answer",
    example: "/reset/then/200",
    kind: "answer",
    prepare: () => (exchange) => exchange.reset(),
  },
  {
    name: "hang",
    parameters: [],
    doc: "never answers",
    example: "/hang/then/200",
    kind: "answer",
    prepare: () => () => "gone",
  },
  {
    name: "redirect",
    parameters: ["N"],
    doc: "redirects so many times, then does what follows",
    example: "/redirect/3/echo",
    kind: "answer",
    prepare([text = ""], { before, after }) {
      const left = parseCount(text, 0);
      if (left === 0) return () => "on";
      return (exchange) => {
        const next = left === 1 ? before + after : `${before}/redirect/${left - 1}${after}`;
        const query = exchange.seen.target.slice(exchange.seen.path.length);
        exchange.headers.push("location", (next === "" ? "/status/200" : next) + query);
        exchange.status = 302;
        return "answered";
      };
    },
  },
  {
    name: "redirect-to",
    parameters: [],
    doc: "redirects to the query's url, with the query's status (302)",
    example: "/redirect-to?url=/echo&status=307",
    kind: "answer",
    prepare: () => (exchange) => {
      const url = exchange.query.get("url") ?? "/";
      // What a header cannot carry as it is goes escaped.
      exchange.headers.push("location", encodeURI(url).replaceAll("%25", "%"));
      const status = Number(exchange.query.get("status") ?? 302);
      exchange.status = status >= 300 && status <= 399 ? status : 302;
      return "answered";
    },
  },
  {
    name: "bytes",
    parameters: ["SIZE"],
    doc: "answers with so many bytes of text",
    example: "/bytes/1MB",
    kind: "answer",
    prepare([text = ""]) {
      const bytes = atMost(parseSize(text), MOST_BYTES);
      return (exchange) => {
        exchange.headers.push("content-type", "text/plain; charset=utf-8");
        exchange.body = textOf(bytes);
        return "answered";
      };
    },
  },
  {
    name: "bomb",
    parameters: ["SIZE"],
    doc: "answers with a small gzip body that unpacks to so many zeros",
    example: "/bomb/50MB",
    kind: "answer",
    prepare([text = ""]) {
      const bytes = atMost(parseSize(text), MOST_BOMB_BYTES);
      return async (exchange): Promise<Turn> => {
        if (!bombs.has(bytes)) bombs.set(bytes, gzipOfZeros(bytes));
        exchange.headers.push("content-encoding", "gzip");
        exchange.headers.push("content-type", "application/octet-stream");
        exchange.body = await bombs.get(bytes)!;
        return "answered";
      };
    },
  },
  {
    name: "echo",
    parameters: [],
    doc: "answers with the request: method, path, query, headers and body as JSON",
    example: "/echo?a=1",
    kind: "answer",
    prepare: () => (exchange) => {
      const { method, path, query, headers, body } = exchange.seen;
      exchange.json({ method, path, query: [...query], headers, body });
      return "answered";
    },
  },
  {
    name: "answer",
    parameters: ["…"],
    doc: "answers any path and query with a made-up answer, the same for the same question",
    example: "/answer/users/7?name=Anna",
    kind: "answer",
    prepare: () => giveMadeUp,
  },
  written("json", "TEXT", "application/json; charset=utf-8", "/json/%7B%22a%22%3A1%7D"),
  written("html", "TEXT", "text/html; charset=utf-8", "/html/%3Ch1%3EHello%3C%2Fh1%3E"),
  written("text", "TEXT", "text/plain; charset=utf-8", "/text/hello"),
];

function written(name: string, parameter: string, type: string, example: string): Behaviour {
  return {
    name,
    parameters: [parameter],
    doc: `answers with the segment as ${type.split(";")[0]}`,
    example,
    kind: "answer",
    prepare:
      ([text = ""]) =>
      (exchange) => {
        exchange.text(text, type, exchange.status);
        return "answered";
      },
  };
}

function atMost(bytes: number, most: number): number {
  if (bytes > most) throw new UsageError(`${bytes} bytes are more than this server sends`);
  return bytes;
}
