import { after } from '@homeostat/signals'
import type { AdjustmentOptions } from './adjustment-options.ts'

/** In the first minute, and after that. */
const [EARLY_MS, LATER_MS, EARLY_LOOKS] = [1000, 5000, 60]

/**
 * When an adjusted knob is looked at: once at the end of its change, and again and again while a value could not be undone or may
 * still come. One timer at a time.
 */
export class Looks implements Disposable {
  readonly #options: Pick<AdjustmentOptions, 'lease' | 'leaseMs' | 'onFault'>
  readonly #look: () => Promise<void>
  #endsAt = Infinity
  #count = 0
  #timer: Disposable | undefined

  constructor(options: Pick<AdjustmentOptions, 'lease' | 'leaseMs' | 'onFault'>, look: () => Promise<void>) {
    this.#options = options
    this.#look = look
  }

  /** The change lasts one lease time from now on. */
  extend(now: number): void {
    this.#endsAt = now + this.#options.leaseMs
  }

  /** Whether the change has ended. A shared one ends a little before its lease, so that this process can still undo it itself. */
  get isOver(): boolean {
    return this.#untilEnd <= 0
  }

  count(): void {
    this.#count++
  }

  /** @param isOpen - whether something could not be undone or may still come */
  arm(isOpen: boolean): void {
    if (!isOpen) this.in(Math.max(0, this.#untilEnd))
    else this.in(this.#count < EARLY_LOOKS ? EARLY_MS : LATER_MS)
  }

  /** Takes the place of the look that was due next. */
  in(ms: number): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = after(ms, this.#look, { report: this.#options.onFault })
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
  }

  get #untilEnd(): number {
    const { lease, leaseMs } = this.#options
    const marginMs = lease.fleet ? Math.min(1000, leaseMs / 10) : 0
    return this.#endsAt - marginMs - performance.now()
  }
}
