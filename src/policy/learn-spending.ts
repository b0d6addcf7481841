import type { WindowWatch } from "./learn-window.ts";

/** A window that is used up lets nobody in until it ends; whoever does so sooner has a shorter limit. */
const SOON_MS = 2000;
/** So many more than was thought to be left are a new window's. */
const NEW = 6;
/** Share of a window after which one asks again whether it has ended. */
const ASKED = 1 / 8;
/** Of the pace at which a window is just used up. */
const LEAST = 1.1;

/** Where something began: when, and what was accepted before. */
interface Beginning {
  readonly atMs: number;
  readonly accepted: number;
}

/** A long window that is spent at once, or as fast as a shorter limit within it allows, and then waited for. */
export class Spending {
  readonly #window: WindowWatch;
  /** Departures that are left of it; Infinity while none is spent. */
  #left = Infinity;
  /** Requests per second that a shorter limit takes; Infinity where none was met. */
  pace = Infinity;
  /** The highest of them that is thought to be let in. */
  #best = Infinity;
  /** Where one was let in that may have been the rest of a window that was spent. */
  #rest: Beginning | undefined;
  /** Refused when a window should have held more: what was let in, in what time, and what it should have held. */
  #early: { readonly got: number; readonly tookMs: number; readonly size: number } | undefined;

  constructor(window: WindowWatch) {
    this.#window = window;
  }

  get isOn(): boolean {
    return this.#left < Infinity;
  }

  /** The pace, as it is remembered; 0 where there is none. */
  get innerRate(): number {
    return this.pace < Infinity ? this.pace : 0;
  }

  /** Whether the window that is known is one to be spent. */
  get isLong(): boolean {
    return this.#window.isLong;
  }

  /** Begins to spend all of it; after `rest` perhaps no more than what was left of it. */
  begin(rest?: Beginning): void {
    this.#left = Math.max(1, Math.floor(this.#window.size) - 1);
    this.#rest = rest;
    this.#early = undefined;
  }

  /** One leaves; true where it was the last. */
  depart(): boolean {
    this.#left -= 1;
    return this.#left === 0;
  }

  end(): void {
    this.#left = Infinity;
  }

  /** All of it has left, after so many accepted. */
  spent(accepted: number): void {
    this.#renew(accepted);
    this.pace = Math.min(this.#best, 1.1 * this.pace);
  }

  /** Refused while it is spent, after so many accepted: how long until one asks again. Milliseconds. */
  refused(accepted: number, atMs: number): number {
    if (this.#rest !== undefined && accepted - this.#rest.accepted < NEW) {
      this.#window.shut(atMs);
      // The rest was what asked: the next to be let in is a new window's.
      this.#window.probeRefused(atMs, accepted);
      return Math.max(1000, ASKED * this.#window.lengthMs);
    }
    this.#renew(accepted);
    const { acceptedAtOpen, openedAtMs, size } = this.#window;
    const got = accepted - acceptedAtOpen;
    this.#early = got < 0.8 * size ? { got, tookMs: atMs - openedAtMs, size } : undefined;
    this.#window.spent(accepted, atMs);
    return 100;
  }

  /** One is let in after it was shut for so long: whether that is too soon for a window's end. */
  goesOn(shutMs: number): boolean {
    return this.#early !== undefined && shutMs < SOON_MS;
  }

  /** A shorter limit has refused; the window goes on at its pace, after so many accepted. */
  goOn(accepted: number): void {
    const { got, tookMs, size } = this.#early!;
    // As if its depth were one second's worth; once it is known, with care: a window may slide.
    this.#window.size = size;
    if (this.pace === Infinity) this.limit((got * 1000) / (1000 + tookMs));
    else this.pace = Math.max(this.#least, 0.8 * this.pace);
    this.begin(this.#rest);
    this.#left = Math.max(1, this.#left - (accepted - this.#window.acceptedAtOpen));
  }

  /** Judges a window that has opened; a rate that was measured before there was one is a shorter limit within it. */
  judge(accepted: number, atMs: number, measured: number | undefined): number | undefined {
    if (this.#window.isTooSoon(atMs)) this.#window.forget();
    const isShorter = measured !== undefined && this.#window.size === 0;
    this.#window.hasShorter ||= isShorter;
    const windowed = this.#window.judge(accepted, atMs, true);
    if (isShorter && windowed !== undefined && measured > 1.5 * windowed) this.limit(measured);
    return windowed;
  }

  /** A shorter limit takes so many per second. */
  limit(rate: number): void {
    this.pace = Math.max(this.#least, rate);
    this.#best = this.pace;
  }

  /** Slower than this the window would never be used up: it slides, rather than that a shorter limit refused. */
  get #least(): number {
    return LEAST * (this.#window.rate ?? 0);
  }

  /** What seemed to be the rest of a window was a new one. */
  #renew(accepted: number): void {
    const rest = this.#rest;
    if (rest === undefined || accepted - rest.accepted < NEW) return;
    this.#rest = undefined;
    this.#window.opened(rest.atMs, rest.accepted);
  }
}
