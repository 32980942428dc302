import { every, intervalOf } from '@homeostat/signals'
import type { KillSwitchSource } from '../kill-switch.ts'
import { steadyNow } from '../../time/steady-clock.ts'
import type { BlockedLoop, WatchdogLostError } from './loop-blocked-error.ts'
import { LoopBlockedError } from './loop-blocked-error.ts'
import { PulseThread } from './pulse-thread.ts'
import { Pulse } from './pulse.ts'

/** Far beyond garbage collections and slow starts, and well before a lease of 60 s runs out. */
export const DEFAULT_LIMIT_MS = 10_000
/** Below it, timers and threads that are merely late look like a blocked loop. */
const SHORTEST_LIMIT_MS = 100
const DEFAULT_CALM_MS = 60_000
/** Looks within the limit: it is found out within a tenth of it. */
const LOOKS = 10

/** Options of {@link Watchdog}. */
export interface WatchdogOptions {
  /** A loop that is blocked for longer trips the kill switch. At least 100. @default 10000 */
  readonly limitMs?: number
  /** It is released after the loop was never late by half the limit for so long. @default 60000 */
  readonly calmMs?: number
  /** Called when the answer of `trippedBy` has changed: once the loop is back, and when it has been calm again. */
  readonly onChange: () => void
  /** Called once the loop is back, and when the watchdog itself is gone. */
  readonly onFault: (error: LoopBlockedError | WatchdogLostError) => void
  /** Milliseconds since the epoch. @default a steady clock */
  readonly clock?: () => number
}

/**
 * A thread beside the event loop that trips the kill switch in shared memory while the loop is blocked. What the loop does
 * first when it is back, before its own ticks and timers, finds the switch tripped: no knob is set on what was known before.
 *
 * @example
 * ```ts
 * const watchdog = new Watchdog({ onChange: () => killSwitch.check(), onFault: error => faults.report('tick', error) })
 * killSwitch.add(watchdog)
 * watchdog.start()
 * ```
 */
export class Watchdog implements KillSwitchSource, AsyncDisposable {
  readonly limitMs: number
  readonly #options: WatchdogOptions
  readonly #calmMs: number
  readonly #clock: () => number
  readonly #pulse = new Pulse()
  #thread: PulseThread | undefined
  #timer: Disposable | undefined
  #beatAt = 0
  /** The last time the loop was late by half the limit or more. */
  #blocked: BlockedLoop | undefined
  #reported = 0
  #released = 0

  constructor(options: WatchdogOptions) {
    const { limitMs = DEFAULT_LIMIT_MS, calmMs = DEFAULT_CALM_MS, clock = steadyNow } = options
    this.#options = options
    this.limitMs = intervalOf('watchdog.limitMs', limitMs, DEFAULT_LIMIT_MS, SHORTEST_LIMIT_MS)
    this.#calmMs = calmMs
    this.#clock = clock
  }

  start(): void {
    if (this.#thread) return
    const pollMs = Math.round(this.limitMs / LOOKS)
    this.#beatAt = this.#clock()
    this.#timer = every(pollMs, () => this.#beat())
    this.#thread = new PulseThread({ memory: this.#pulse.memory, pollMs, limit: LOOKS }, this.#options.onFault)
  }

  trippedBy(): string | undefined {
    if (this.#pulse.trips === this.#released) return undefined
    const { blockedMs } = this.#late(this.#clock()) ?? this.#blocked ?? { blockedMs: this.limitMs }
    return `the watchdog: the event loop was blocked for ${(blockedMs / 1000).toFixed(1)} s`
  }

  /** Ends the thread. A switch that it has tripped stays tripped. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    await this.#thread?.[Symbol.asyncDispose]()
    this.#thread = undefined
  }

  #beat(): void {
    const now = this.#clock()
    this.#pulse.beat()
    this.#blocked = this.#late(now) ?? this.#blocked
    this.#beatAt = now
    const { trips } = this.#pulse
    if (trips !== this.#reported) this.#report(trips)
    else if (trips !== this.#released && now - this.#calmSince() >= this.#calmMs) this.#release(trips)
  }

  #late(now: number): BlockedLoop | undefined {
    const blockedMs = now - this.#beatAt
    return blockedMs >= this.limitMs / 2 ? { since: this.#beatAt, blockedMs } : undefined
  }

  #report(trips: number): void {
    this.#reported = trips
    const { limitMs } = this
    const blocked = this.#blocked ?? { since: this.#beatAt - limitMs, blockedMs: limitMs }
    this.#blocked = blocked
    this.#options.onFault(new LoopBlockedError(blocked, limitMs))
    this.#options.onChange()
  }

  #calmSince(): number {
    return this.#blocked ? this.#blocked.since + this.#blocked.blockedMs : this.#beatAt
  }

  #release(trips: number): void {
    this.#released = trips
    this.#options.onChange()
  }
}
