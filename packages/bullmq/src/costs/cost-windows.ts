import { after } from '@homeostat/signals'

/** The first window is short, because nobody knows yet how many callbacks it will have. */
const FIRST_WINDOW_MS = 100
const WINDOW_MS = 500
/** At least so long between windows. */
const LEAST_GAP_MS = 200
/** The part of one core that windows may cost, while a cost is not sure, and once all are. */
const MOST_SHARE = 0.005
const MOST_SHARE_WHEN_SURE = 0.001

/** The measurement that is made in windows. */
export interface Windowed {
  open(): void
  /** @returns what the window has cost, in milliseconds of CPU */
  close(): number
  /** Whether there is anything to measure, and whether it is urgent. */
  readonly need: 'none' | 'some' | 'urgent'
}

/** Opens windows, densely at first and then rarely, and never for more than their share of a core. */
export class CostWindows implements Disposable {
  readonly #windowed: Windowed
  readonly #report: (error: unknown) => void
  #timer: Disposable | undefined
  #isOpen = false
  #isFirst = true
  #openedAt = 0

  constructor(windowed: Windowed, report: (error: unknown) => void) {
    this.#windowed = windowed
    this.#report = report
  }

  /** There may be something to measure. */
  wake(): void {
    if (this.#timer === undefined && !this.#isOpen) this.#schedule(LEAST_GAP_MS, () => this.#open())
  }

  /** Closes the open window before its time. */
  cut(): void {
    if (this.#isOpen) this.#close()
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    if (this.#isOpen) this.#windowed.close()
    this.#isOpen = false
  }

  #schedule(ms: number, work: () => void): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = after(ms, work, { report: this.#report })
  }

  #open(): void {
    this.#timer = undefined
    // The next run of a job wakes it.
    if (this.#windowed.need === 'none') return
    this.#isOpen = true
    this.#openedAt = performance.now()
    this.#windowed.open()
    this.#schedule(this.#isFirst ? FIRST_WINDOW_MS : WINDOW_MS, () => this.#close())
    this.#isFirst = false
  }

  #close(): void {
    this.#isOpen = false
    const lastedMs = performance.now() - this.#openedAt
    const costMs = this.#windowed.close()
    const share = this.#windowed.need === 'urgent' ? MOST_SHARE : MOST_SHARE_WHEN_SURE
    this.#schedule(Math.max(LEAST_GAP_MS, costMs / share - lastedMs), () => this.#open())
  }
}
