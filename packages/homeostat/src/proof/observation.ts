import type { Knob, LedgerEntry, Optimizer } from '@homeostat/optimizer'
import { readInTime } from './knob-reading.ts'
import type { Measure } from './measure.ts'

/** As many as values of the measure are kept. */
const MOST_TICKS = 720

/** Somebody looks at a measure while no proof runs: its values from then on, and the ticks at which something was switched. */
export class Observation implements Disposable {
  readonly measure: Measure
  readonly #knob: Knob
  readonly #following: Disposable
  readonly #switchedAt: number[] = []
  #value: number | undefined

  constructor(measure: Measure, knob: Knob, optimizer: Pick<Optimizer, 'on'>) {
    this.measure = measure
    this.#knob = knob
    this.#following = optimizer.on(entry => this.#tick(entry))
    void this.#readKnob()
  }

  /** Ticks at which a trial was under way, or the knob had another value than before; their times, oldest first. */
  get switchedAt(): readonly number[] {
    return this.#switchedAt
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]()
    this.measure[Symbol.dispose]()
  }

  #tick(entry: LedgerEntry): void {
    this.measure.read(entry.now)
    if (isActing(entry)) this.#note(entry.now)
    void this.#readKnob(entry.now)
  }

  #note(now: number): void {
    if (this.#switchedAt.at(-1) === now) return
    if (this.#switchedAt.length >= MOST_TICKS) this.#switchedAt.shift()
    this.#switchedAt.push(now)
  }

  /** A knob that cannot be read is reported by the proof, which does not begin; a read that fails shows no switch. */
  async #readKnob(now?: number): Promise<void> {
    const value = await readInTime(this.#knob).catch(() => undefined)
    if (value === undefined) return
    if (now !== undefined && this.#value !== undefined && value !== this.#value) this.#note(now)
    this.#value = value
  }
}

/** A change that is kept is part of how the service is; what leads to it, and away from it, is not. */
function isActing({ open, started, ended, reverted }: LedgerEntry): boolean {
  const isOpen = open.some(({ arm, state }) => arm === 'act' && state !== 'kept')
  return isOpen || started.length > 0 || reverted.length > 0 || ended.some(({ arm }) => arm === 'act')
}
