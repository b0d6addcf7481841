import { measure, type Measured } from "./measure.ts";

/** One competitor in a benchmark. */
export interface Peer {
  readonly name: string;
  /** The whole command, as it would be typed. */
  readonly command: readonly string[];
  /** Makes the ground equal before each run: removes what the run before has written. */
  readonly reset?: () => void;
  /** @throws Error where the output of the run is not the work that was asked for. */
  readonly check?: () => void;
}

/** The runs of one peer; `trouble` says why there are none. */
export interface PeerRuns {
  readonly peer: Peer;
  readonly runs: readonly Measured[];
  readonly trouble: string | undefined;
}

/** How often and how patiently. */
export interface InterleaveOptions {
  readonly directory: string;
  readonly runs: number;
  /** A peer whose warm-up takes longer runs only once or twice, and its table says so. @default 15000 */
  readonly slowAfterMs?: number;
}

/**
 * Measures peers in turns (A B C A B C …) after one warm-up of each, so that a slow minute of the
 * machine hurts all alike. Every run's output is checked, the warm-up's too.
 */
export async function interleave(
  peers: readonly Peer[],
  options: InterleaveOptions,
): Promise<readonly PeerRuns[]> {
  const runs = new Map<Peer, Measured[]>(peers.map((peer) => [peer, []]));
  const trouble = new Map<Peer, string>();
  const wanted = new Map<Peer, number>();
  for (let round = 0; round <= options.runs; round += 1) {
    for (const peer of peers) {
      if (trouble.has(peer) || round > (wanted.get(peer) ?? options.runs)) continue;
      try {
        const measured = await runOnce(peer, options.directory);
        if (round > 0) runs.get(peer)!.push(measured);
        else if (measured.wallMs > (options.slowAfterMs ?? 15_000)) {
          wanted.set(peer, measured.wallMs > 40_000 ? 1 : 2);
        }
      } catch (error) {
        trouble.set(peer, (error as Error).message);
      }
    }
    process.stderr.write(round === 0 ? "  warm " : `${round} `);
  }
  process.stderr.write("\n");
  return peers.map((peer) => ({ peer, runs: runs.get(peer)!, trouble: trouble.get(peer) }));
}

async function runOnce(peer: Peer, directory: string): Promise<Measured> {
  peer.reset?.();
  const measured = await measure(peer.command, { directory });
  peer.check?.();
  return measured;
}
