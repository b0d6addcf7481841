/** The numbers by which outcomes name their hosts, in the order in which these were first asked. */
export interface HostNumbers {
  numberOf(origin: string): number;
  /** Hosts that were numbered since the last time. */
  takeNew(): readonly string[];
}

/** Goes on after the hosts that have numbers already. */
export function createHostNumbers(known: readonly string[]): HostNumbers {
  const numbers = new Map(known.map((origin, number) => [origin, number]));
  let last = { origin: "", number: -1 };
  let added: string[] = [];
  return {
    numberOf(origin) {
      if (origin === last.origin) return last.number;
      let number = numbers.get(origin);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(origin, number);
        added.push(origin);
      }
      last = { origin, number };
      return number;
    },
    takeNew() {
      const taken = added;
      added = [];
      return taken;
    },
  };
}
