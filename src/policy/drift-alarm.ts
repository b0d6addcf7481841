/** What is looked at of one answer. */
export interface DriftSample {
  /** What it is made of; equal for equal answers. */
  readonly shape: string;
  /** Length of its body. */
  readonly bytes: number;
}

/** A kind of answer that has become far more frequent than it was. */
export interface Drift {
  /** Whether this very answer is of that kind. */
  readonly isOdd: boolean;
  /** Share of the kind among the latest answers, and before: from 0 to 1. */
  readonly share: number;
  readonly usualShare: number;
  readonly shape: string;
}

/** When to be alarmed. */
export interface DriftAlarmOptions {
  /** Answers that say what is usual. @default 200 */
  readonly warmUp?: number | undefined;
  /** Natural logarithm of the answers, roughly, between two false alarms. @default 20 */
  readonly threshold?: number | undefined;
}

/** Watches whether answers stay what they were. */
export interface DriftAlarm {
  /** Takes the next answer; the drift, while there is one. */
  observe(sample: DriftSample): Drift | undefined;
}

/** Shapes told from each other; all others are one. */
const MOST_SHAPES = 24;
/** Sizes are told from each other by factors of four around the usual median, this many to each side. */
const MOST_FACTORS = 3;
/** Memory of the latest answers: a change shows within about so many. */
const RECENT = 30;
/** What is usual goes on being learned until it rests on so many answers. */
const MOST_LEARNED = 10_000;
/** A kind has to be so many times as frequent as it was: what is asked in some order drifts by less. */
const ALARMING_AT = 3;
/** A drift is over once its kind is no more than so many times as frequent as it was. */
const OVER_AT = 2;

/**
 * An alarm for answers whose shape or size shifts during a run: a login page, an error in a 200, empty
 * lists. Answers are sorted into kinds by shape and size; after a warm-up their usual frequencies are
 * known, and a CUSUM of the log-likelihood ratio between the latest frequencies, each from the answers
 * before it, and the usual ones is kept (E. S. Page, "Continuous Inspection Schemes", Biometrika, 1954; the
 * plug-in of T. L. Lai, 1998). With frequencies that are exactly known, false alarms are at least
 * e^threshold answers apart. Memory is bounded.
 */
export function createDriftAlarm(options: DriftAlarmOptions = {}): DriftAlarm {
  const { warmUp = 200, threshold = 20 } = options;
  const first: DriftSample[] = [];
  let usual: Kinds | undefined;
  const counts = new Map<string, number>();
  const recent = new Map<string, number>();
  let learned = 0;
  let score = 0;
  let alarmed: string | undefined;

  const usualShare = (kind: string): number =>
    ((counts.get(kind) ?? 0) + 0.5) / (learned + 0.5 * (counts.size + 1));

  function learn(kind: string): void {
    if (learned >= MOST_LEARNED) return;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    learned += 1;
  }

  function remember(kind: string): void {
    for (const [known, share] of recent) {
      const faded = share * (1 - 1 / RECENT);
      if (faded < 1e-4 && known !== kind) recent.delete(known);
      else recent.set(known, faded);
    }
    recent.set(kind, (recent.get(kind) ?? 0) + 1 / RECENT);
  }

  function begin(): void {
    usual = kindsOf(first);
    for (const sample of first) learn(usual.kindOf(sample));
    for (const [kind, count] of counts) recent.set(kind, count / learned);
    first.length = 0;
  }

  return {
    observe(sample) {
      if (usual === undefined) {
        first.push(sample);
        if (first.length === warmUp) begin();
        return undefined;
      }
      const kind = usual.kindOf(sample);
      const share = usualShare(kind);
      // Half of what is expected is always the usual, so that one surprise is not the end of the world.
      const expected = 0.5 * (recent.get(kind) ?? 0) + 0.5 * share;
      score = Math.max(0, score + Math.log(expected / share));
      remember(kind);
      if (alarmed === undefined && score < threshold / 4) learn(kind);
      if (alarmed === undefined && score >= threshold) {
        score = threshold;
        const risen = mostRisen(recent, usualShare);
        if (recent.get(risen)! >= ALARMING_AT * usualShare(risen)) alarmed = risen;
      }
      if (alarmed === undefined) return undefined;
      const now = recent.get(alarmed) ?? 0;
      const before = usualShare(alarmed);
      if (now <= OVER_AT * before) {
        alarmed = undefined;
        score = 0;
        return undefined;
      }
      const shape = alarmed.slice(0, alarmed.lastIndexOf(" "));
      return { isOdd: kind === alarmed, share: Math.min(1, now), usualShare: before, shape };
    },
  };
}

interface Kinds {
  kindOf(sample: DriftSample): string;
}

/** How answers are sorted, by what the first ones are: a shape's name, and where its size lies. */
function kindsOf(samples: readonly DriftSample[]): Kinds {
  const frequency = new Map<string, number>();
  for (const { shape } of samples) frequency.set(shape, (frequency.get(shape) ?? 0) + 1);
  const named = new Set(
    [...frequency]
      .toSorted((one, other) => other[1] - one[1])
      .slice(0, MOST_SHAPES)
      .filter(([, count]) => count > 1)
      .map(([shape]) => shape),
  );
  const sizes = samples.map(({ bytes }) => bytes).toSorted((one, other) => one - other);
  const median = Math.max(1, sizes[sizes.length >> 1]!);
  return {
    kindOf({ shape, bytes }) {
      const factor = Math.round(Math.log2(Math.max(1, bytes) / median) / 2);
      const size = Math.max(-MOST_FACTORS, Math.min(MOST_FACTORS, factor));
      return `${named.has(shape) ? shape : "another shape"} ${size}`;
    },
  };
}

/** The kind whose share has risen by most. */
function mostRisen(
  recent: ReadonlyMap<string, number>,
  usualShare: (kind: string) => number,
): string {
  const risen = [...recent].map(([kind, share]) => [kind, share - usualShare(kind)] as const);
  return risen.toSorted((one, other) => other[1] - one[1])[0]![0];
}
