import { rm } from "node:fs/promises";

import { type Clock, systemClock } from "../core/clock.ts";
import type { HeaderList } from "../core/headers.ts";
import type { Outcome } from "../core/outcome.ts";
import type { HttpRequest } from "../core/request.ts";
import type { WarcCompression, WarcOrigin } from "../formats/warc-record.ts";
import { warcInfoName, warcInfoRecord } from "../formats/warc-record.ts";
import { createArchivist, type Exchange } from "./archived-exchange.ts";
import type { ByteOutput } from "./byte-output.ts";
import { CountedOutput } from "./counted-output.ts";
import { type FileTarget, openFileOutput } from "./file-output.ts";
import type { Mark, MarkOptions, Sink, Standing } from "./sink.ts";
import { SinkLife } from "./sink-life.ts";

/** How an archive is written. */
export interface WarcSinkOptions extends MarkOptions {
  readonly compression: WarcCompression;
  readonly info: WarcOrigin;
  /** The header fields of a request as it left, as far as they are known. @default its own */
  readonly fieldsOf?: ((request: HttpRequest) => HeaderList) | undefined;
  /** What the output holds already. @default nothing */
  readonly standing?: Standing | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

const NOTHING: Standing = { bytes: 0, checksum: 0, columns: undefined };

/** Bytes of bodies that wait for the disk before the caller does. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;

/**
 * Opens the file of an archive; its records are whole, as those of a table are.
 * @throws UsageError, DiskError as `openTableSink`
 */
export async function openWarcSink(target: FileTarget, options: WarcSinkOptions): Promise<Sink> {
  const { standing } = target;
  return createWarcSink(await openFileOutput(target), { ...options, standing });
}

/**
 * An archive of what was asked and answered (WARC 1.1, ISO 28500:2017). It takes records whose first value
 * is an Outcome, and writes a `response` and a `request` for each answer, the redirects that led to it
 * included, accepted or not; a body that equals one from before is a `revisit` without it. Nothing is
 * written of a request without an answer, or of one that was answered from an equal one. A body's file is
 * read, and removed unless it was saved.
 */
export function createWarcSink(output: ByteOutput, options: WarcSinkOptions): Sink {
  const { compression, info, marks = "none", standing = NOTHING, clock = systemClock } = options;
  const { fieldsOf = (request: HttpRequest) => request.headers } = options;
  const counted = new CountedOutput(output, standing);
  const archivist = createArchivist({
    compression,
    fieldsOf,
    clock,
    infoName: warcInfoName(info),
  });
  const life = new SinkLife({ name: "archive", output, standing, end });
  let rows: number[] = [];
  let waitingBytes = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: a record is never written into another one. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(async () => {
      life.throwFailure();
      return await work().catch((error: unknown) => life.fail(error));
    });
    last = done.catch(() => {});
    return done;
  }

  async function begin(): Promise<void> {
    if (counted.bytes === 0) await counted.put(warcInfoRecord(info, compression));
  }

  async function put(outcome: Outcome, savedAt: string | undefined): Promise<void> {
    const answer = outcome.kind === "answered" ? outcome.response : outcome.failure.response;
    if (answer === undefined || outcome.call.duplicate) return;
    await begin();
    for (const hop of answer.hops) await putExchange({ ...hop, form: "as sent" });
    const { body } = answer;
    const isFile = !(body instanceof Uint8Array);
    await putExchange({
      request: answer.request ?? outcome.request,
      response: answer,
      form: "decoded",
      ...(isFile && { bodyAt: savedAt }),
    });
    if (isFile && savedAt === undefined && body.owner !== "lent")
      await rm(body.path, { force: true });
  }

  async function putExchange(exchange: Exchange): Promise<void> {
    for await (const piece of archivist.recordsOf(exchange)) await counted.put(piece);
  }

  /** Everything taken until now, with the output. */
  async function cut(): Promise<Mark> {
    await counted.flush();
    const mark: Mark = {
      rows,
      standing: output.kind === "file" ? counted.standing : undefined,
      held: [],
    };
    rows = [];
    return mark;
  }

  async function end(): Promise<Mark> {
    let mark: Mark;
    try {
      mark = await inTurn(async () => {
        await begin();
        return await cut();
      });
    } catch (error) {
      await output.abandon();
      throw error;
    }
    await output.close();
    return mark;
  }

  return {
    write(record, row) {
      life.begin();
      const outcome = record.values[0] as Outcome;
      const bytes = outcome.kind === "answered" ? outcome.response.bytes : 0;
      waitingBytes += bytes;
      const written = inTurn(async () => {
        await put(outcome, record.savedAt);
        waitingBytes -= bytes;
        if (marks === "kept") rows.push(row);
      });
      // Whoever writes, commits or closes next hears of it.
      written.catch(() => {});
      return waitingBytes > MOST_WAITING_BYTES ? written : undefined;
    },
    commit: () =>
      inTurn(async () => {
        const mark = await cut();
        await output.sync();
        return mark;
      }),
    close: () => life.close(),
    [Symbol.asyncDispose]: () => life[Symbol.asyncDispose](),
  };
}
