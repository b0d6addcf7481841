import type { Clock } from "../core/clock.ts";
import type { Listener } from "../core/event.ts";
import type { Send } from "../core/send.ts";
import { flow } from "../engine/flow.ts";
import { spread } from "../engine/spread.ts";
import type { Queue } from "../queue/queue.ts";
import type { Sink } from "../sinks/sink.ts";
import type { Extract } from "./extract.ts";

/** Everything a run is made of. */
export interface RunParts {
  readonly queue: Queue;
  readonly send: Send;
  readonly extract: Extract;
  readonly sink: Sink;
  /** Requests out, and outcomes not yet written: at most so many of each. */
  readonly window: number;
  /** Of one host out, as it looks at the moment. */
  readonly turnsAt: (host: string) => number;
  readonly clock: Clock;
  readonly emit: Listener;
  /** Takes no new ones; what is under way lands. */
  readonly drain: AbortSignal;
  /** Stops what is under way. */
  readonly stop: AbortSignal;
}

/** The one loop: whoever is owed an answer is asked for, and every outcome is written and settled. */
export async function run(parts: RunParts): Promise<void> {
  const { queue, send, extract, sink, window, turnsAt, clock, emit, drain, stop } = parts;
  const turns = spread(queue.lease(), { turnsAt });
  for await (const batch of flow(turns, send, { window, drain, signal: stop })) {
    for (const { owed, outcome: landed } of batch) {
      const { outcome, record, missing } = extract(owed, landed);
      // The queue first: what the sink says it has written, the queue has to know of.
      const settled = queue.settle(owed, outcome);
      if (settled !== undefined) await settled;
      const written = sink.write(record, owed.row.number);
      if (written !== undefined) await written;
      emit({ type: "settled", atMs: clock.now(), outcome, missing });
    }
  }
}
