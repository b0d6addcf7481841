/** What one group commit makes durable, all of it or nothing. */
export interface Group {
  /** Packed outcomes, in the order in which their records stand in the output. */
  readonly records: Uint8Array;
  /** Row and JSON of what does not fit a record. */
  readonly details: readonly (readonly [number, string])[];
  /** Origins that are new, in the order of their numbers. */
  readonly hosts: readonly string[];
  /** Facts that changed, as JSON by name: where the output stands, the total. */
  readonly facts: Readonly<Record<string, string>>;
  /** Row and JSON of records that wait for their turn from now on. */
  readonly held: readonly (readonly [number, string])[];
  /** Held records up to this row stand in the output now. */
  readonly passed: number;
  /** What this session counted so far, as JSON; undefined leaves it as it was. */
  readonly counters?: string | undefined;
  /** How the session ends with this group; undefined where it goes on. */
  readonly ends?: string | undefined;
}

/** Work inside the transaction of a commit, of those who keep something beside the journal. */
export type InTransaction = () => void;
