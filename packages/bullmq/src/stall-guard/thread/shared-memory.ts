// Memory that the event loop and the threads of the stall guard share. The loop writes, the threads read: a blocked loop answers no message.

/** Places in the memory of 32-bit numbers. */
const BEAT = 0
const RENEWING = 1
const BLOCKS = 2
const PLACES = 3

/** The pulse of an event loop: when it last beat, and whether locks may be renewed while it does not. */
export class LoopPulse {
  readonly memory: SharedArrayBuffer
  readonly #places: Int32Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#places = new Int32Array(memory)
  }

  /** @param atMs - on the steady clock of the loop's thread; only its lower 32 bits are kept */
  beat(atMs: number): void {
    Atomics.store(this.#places, BEAT, atMs | 0)
  }

  /** The last beat, as 32 bits. It distinguishes two beats within 24 days. */
  get lastBeat(): number {
    return Atomics.load(this.#places, BEAT)
  }

  /** How long ago the last beat was. It counts across the end of 32 bits. */
  sinceBeat(nowMs: number): number {
    return ((nowMs | 0) - this.lastBeat) | 0
  }

  get isRenewing(): boolean {
    return Atomics.load(this.#places, RENEWING) === 1
  }

  /** Whether the mode and the kill switch allow renewals. */
  set isRenewing(isRenewing: boolean) {
    Atomics.store(this.#places, RENEWING, isRenewing ? 1 : 0)
  }

  /** Wakes the witness: the loop is blocked. */
  announceBlock(): void {
    Atomics.add(this.#places, BLOCKS, 1)
    Atomics.notify(this.#places, BLOCKS)
  }

  /** Sleeps until a block is announced; the thread does nothing else meanwhile. */
  awaitBlock(): void {
    Atomics.wait(this.#places, BLOCKS, Atomics.load(this.#places, BLOCKS))
  }
}

/** Jobs of one worker that are guarded at once; more than anybody runs. It has one size, because memory that grows is slower. */
export const MOST_SLOTS = 8192
/** The first place holds how many slots have ever been used. */
const USED = 0

/**
 * The tokens that a worker holds or asks for. BullMQ counts them up: the token of a job is the worker's id and a number, and only the
 * number is kept.
 */
export class TokenSlots {
  readonly memory: SharedArrayBuffer
  readonly #places: Int32Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer((MOST_SLOTS + 1) * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#places = new Int32Array(memory)
  }

  /** Reserves a slot for one more token. @returns the slot, or -1 when all are taken */
  add(): number {
    const slot = Atomics.load(this.#places, USED) + 1
    if (slot > MOST_SLOTS) return -1
    Atomics.store(this.#places, USED, slot)
    return slot
  }

  set(slot: number, token: number): void {
    // Zero is an empty slot.
    Atomics.store(this.#places, slot, token + 1)
  }

  clear(slot: number): void {
    Atomics.store(this.#places, slot, 0)
  }

  /** The tokens that are set now. */
  taken(): number[] {
    const tokens: number[] = []
    const used = Atomics.load(this.#places, USED)
    for (let slot = 1; slot <= used; slot++) {
      const value = Atomics.load(this.#places, slot)
      if (value !== 0) tokens.push(value - 1)
    }
    return tokens
  }
}
