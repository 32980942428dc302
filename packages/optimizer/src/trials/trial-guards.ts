import type { Measurement } from '../alerts/measurement.ts'
import { isNarrowedBy } from '../alerts/measurement.ts'
import type { Guard } from '../words/response.ts'
import type { Trial } from '../words/trial.ts'
import type { GuardStatus, GuardWatch } from './guards/guard-status.ts'
import { createGuardWatch } from './guards/guard-watch.ts'
import { createQuietWindows } from './guards/quiet-windows.ts'
import { MAX_SERIES, type GuardedSeries, type GuardReader } from './guard-reader.ts'
import type { QuietGuards } from './quiet-guards.ts'

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
        watched.status = this.#look(watched, reader.read(guard, measurement), quiet, now)
      if (watched.status.state === 'breached') return watched.status.reason
    }
    return undefined
  }

  /** A guard of several series is breached when any of them is. */
  #look({ guard, watches }: Watched, values: GuardedSeries, quiet: QuietGuards, now: number): GuardStatus {
    const { labels, startedAt } = this.#trial
    for (const { reading } of values.values()) {
      if (watches.size >= MAX_SERIES) break
      if (watches.has(reading.key) || !isNarrowedBy(reading.labels, labels)) continue
      const windows = quiet.of(guard, reading.key) ?? createQuietWindows(guard)
      watches.set(reading.key, createGuardWatch(guard, windows, startedAt))
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
