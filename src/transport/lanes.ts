/**
 * One way to a server that carries requests: a connection with HTTP/1.1, a shared session with HTTP/2.
 * It may reconnect by itself when the server closed it in between.
 */
export interface Lane {
  /** Requests it carries now. */
  inUse: number;
  /** How many it may carry: 1 for HTTP/1.1, the server's limit of streams for HTTP/2. */
  readonly capacity: number;
  destroy(): void;
}

/**
 * The lanes to one origin. Taking one is O(1): the lane given back last, which is the warmest, from a
 * stack; a new one when none is free. There is no queue here and no limit: the gates above bound how
 * many are asked for. Where HTTP/2 may be spoken, the first lane's handshake is awaited once, so that
 * one connection is opened rather than one per request.
 */
export class Lanes<L extends Lane> {
  readonly #open: () => L;
  readonly #all = new Set<L>();
  readonly #free: L[] = [];
  #waiting: { readonly ready: (lane: L) => void; readonly closed: () => void }[] | undefined;
  #scouting: "unneeded" | "owed" | "under-way";
  #state: "open" | "closed" = "open";

  /** `scout`: whether the protocol shows only after a handshake (https that offers HTTP/2). */
  constructor(open: () => L, scout: boolean) {
    this.#open = open;
    this.#scouting = scout ? "owed" : "unneeded";
  }

  /** Requests under way or waiting for the first handshake. */
  get inUse(): number {
    let sum = this.#waiting?.length ?? 0;
    for (const lane of this.#all) sum += lane.inUse;
    return sum;
  }

  /** A lane with room, or undefined where the first handshake is to be awaited or all are closed. */
  tryTake(): L | undefined {
    if (this.#state === "closed") return undefined;
    const lane = this.#pop();
    if (lane !== undefined || this.#scouting === "under-way") return lane;
    if (this.#scouting === "owed") this.#scouting = "under-way";
    return this.#add();
  }

  /** Gives a lane with room, now or after the first handshake; calls `closed` where there is none any more. */
  take(ready: (lane: L) => void, closed: () => void = () => {}): void {
    const lane = this.tryTake();
    if (lane !== undefined) return ready(lane);
    if (this.#state === "closed") return closed();
    this.#waiting ??= [];
    this.#waiting.push({ ready, closed });
  }

  /** Takes a lane back after its request is over. */
  giveBack(lane: L): void {
    lane.inUse -= 1;
    if (this.#all.has(lane) && lane.inUse === lane.capacity - 1) this.#free.push(lane);
    // Whatever became of its handshake, nobody need wait for it any more.
    this.#endScouting();
  }

  /** Drops a lane that is of no more use, with whatever it carries. */
  drop(lane: L): void {
    if (!this.#all.delete(lane)) return;
    const index = this.#free.lastIndexOf(lane);
    if (index !== -1) this.#free.splice(index, 1);
    lane.destroy();
  }

  /** Tells how a lane's handshake ended: those who waited for the first one are served. */
  handshaken(lane: L, capacityBefore: number): void {
    if (lane.capacity > capacityBefore && lane.inUse >= capacityBefore && this.#all.has(lane)) {
      this.#free.push(lane);
    }
    this.#endScouting();
  }

  /** Closes all lanes; those who wait for one are told. */
  destroy(): void {
    this.#state = "closed";
    this.#endScouting();
    for (const lane of this.#all) lane.destroy();
    this.#all.clear();
    this.#free.length = 0;
  }

  #endScouting(): void {
    if (this.#scouting !== "under-way") return;
    this.#scouting = "unneeded";
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const { ready, closed } of waiting) this.take(ready, closed);
  }

  #pop(): L | undefined {
    const lane = this.#free.at(-1);
    if (lane === undefined) return undefined;
    lane.inUse += 1;
    if (lane.inUse >= lane.capacity) this.#free.pop();
    return lane;
  }

  #add(): L {
    const lane = this.#open();
    this.#all.add(lane);
    lane.inUse = 1;
    if (lane.capacity > 1) this.#free.push(lane);
    return lane;
  }
}
