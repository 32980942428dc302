import type { Measurement, Reading } from '../alerts/measurement.ts'
import { isNarrowedBy } from '../alerts/measurement.ts'
import type { Guard } from '../words/response.ts'
import type { Trial } from '../words/trial.ts'
import type { GuardStatus, GuardWatch } from './guards/guard-status.ts'
import { createGuardWatch } from './guards/guard-watch.ts'
import type { QuietWindows } from './guards/quiet-windows.ts'
import { createQuietWindows } from './guards/quiet-windows.ts'

/** Series of one guard that are watched; a guard is meant to be an aggregate. */
const MAX_SERIES = 20

/** The value of one series of a guard's expression, with its ratio's denominator. */
interface Guarded {
  readonly reading: Reading
  readonly denominator: number | undefined
}

/** The values of a guard, by the key of their series: many trials look up theirs. */
type GuardedSeries = ReadonlyMap<string, Guarded>

/** Reads the guards of one tick, each once. */
export class GuardReader {
  readonly #now: number
  readonly #read = new Map<Guard, GuardedSeries>()

  constructor(now: number) {
    this.#now = now
  }

  read(guard: Guard, measurement: Measurement): GuardedSeries {
    const known = this.#read.get(guard)
    if (known) return known
    const denominators = guard.denominator === undefined ? [] : measurement.read(guard.denominator, this.#now)
    const byKey = new Map(denominators.map(({ key, value }) => [key, value]))
    const only = denominators.length === 1 ? denominators[0]?.value : undefined
    const values = new Map<string, Guarded>()
    for (const reading of measurement.read(guard.expr, this.#now))
      values.set(reading.key, { reading, denominator: byKey.get(reading.key) ?? only })
    this.#read.set(guard, values)
    return values
  }
}

/** The usual levels of all guards, learned while nothing is tried. */
export class QuietGuards {
  /** By the text of a guard, not by its object: a reload that leaves it as it was keeps what was learned. */
  readonly #quiet = new Map<string, Map<string, QuietWindows>>()
  readonly #quietByGuard = new WeakMap<Guard, Map<string, QuietWindows>>()

  /** By series. */
  of(guard: Guard): ReadonlyMap<string, QuietWindows> {
    return this.#of(guard)
  }

  learn(guards: readonly Guard[], measurement: Measurement, reader: GuardReader, now: number): void {
    for (const guard of guards) {
      const quiet = this.#of(guard)
      for (const { reading, denominator } of reader.read(guard, measurement).values()) {
        let windows = quiet.get(reading.key)
        if (windows === undefined) {
          if (quiet.size >= MAX_SERIES) continue
          quiet.set(reading.key, (windows = createQuietWindows(guard)))
        }
        windows.observe(now, reading.value, denominator)
      }
    }
  }

  #of(guard: Guard): Map<string, QuietWindows> {
    const known = this.#quietByGuard.get(guard)
    if (known) return known
    const key = JSON.stringify(guard)
    const quiet = this.#quiet.get(key) ?? new Map<string, QuietWindows>()
    this.#quiet.set(key, quiet)
    this.#quietByGuard.set(guard, quiet)
    return quiet
  }
}

interface Watched {
  readonly guard: Guard
  readonly watches: Map<string, GuardWatch>
  status: GuardStatus
}

/** The guards of one trial. */
export class TrialGuards {
  readonly #trial: Pick<Trial, 'labels' | 'startedAt' | 'response'>
  /** Empty until they are observed for the first time. */
  #watched: readonly Watched[] = []

  constructor(trial: Pick<Trial, 'labels' | 'startedAt' | 'response'>) {
    this.#trial = trial
  }

  /** What the guards could not see so far, one line each. */
  get blindSpots(): string[] {
    return this.#watched.map(({ guard, status, watches }) => {
      if (status.state === 'blind') return `${guard.expr}: ${status.reason}`
      const lines = new Set([...watches.values()].map(watch => watch.blindBelow))
      return `${guard.expr}: ${lines.size === 0 ? 'has no data' : [...lines].join('; ')}`
    })
  }

  /** Takes a tick's values; returns why a guard is breached, in one line with the numbers. */
  observe(measurement: Measurement, reader: GuardReader, quiet: QuietGuards, now: number): string | undefined {
    const { guards = [] } = this.#trial.response
    if (this.#watched.length < guards.length)
      this.#watched = guards.map(guard => ({ guard, watches: new Map(), status: { state: 'watching' } }))
    for (const watched of this.#watched) {
      const { guard } = watched
      if (watched.status.state !== 'breached')
        watched.status = this.#look(watched, reader.read(guard, measurement), quiet.of(guard), now)
      if (watched.status.state === 'breached') return watched.status.reason
    }
    return undefined
  }

  /** A guard of several series is breached when any of them is. */
  #look(
    { guard, watches }: Watched,
    values: GuardedSeries,
    quiet: ReadonlyMap<string, QuietWindows>,
    now: number,
  ): GuardStatus {
    const { labels, startedAt } = this.#trial
    for (const { reading } of values.values()) {
      if (watches.size >= MAX_SERIES) break
      if (watches.has(reading.key) || !isNarrowedBy(reading.labels, labels)) continue
      watches.set(reading.key, createGuardWatch(guard, quiet.get(reading.key) ?? createQuietWindows(guard), startedAt))
    }
    let status: GuardStatus = watches.size > 0 ? { state: 'watching' } : { state: 'blind', reason: 'has no data' }
    for (const [key, watch] of watches) {
      const found = values.get(key)
      const observed = watch.observe(now, found?.reading.value, found?.denominator)
      if (observed.state === 'breached') return observed
      if (observed.state === 'blind' && status.state === 'watching') status = observed
    }
    return status
  }
}
