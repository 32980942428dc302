import type { GuardSource } from '../alerts/guard-source.ts'
import { isNarrowedBy } from '../alerts/measurement.ts'
import type { Program } from '../alerts/program.ts'
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
  /** Undefined until its number is there. */
  source: GuardSource | undefined
  status: GuardStatus
}

/** How often guards are read. */
export interface GuardPace {
  /** Time between ticks. */
  readonly intervalMs: number
  /** Time between looks at guards of open trials; undefined where nobody looks between two ticks. */
  readonly lookMs: () => number | undefined
}

/** What one reading of guards needs. */
export interface GuardLook {
  readonly reader: GuardReader
  readonly quiet: QuietGuards
  readonly now: number
  /** Whether it is between two ticks. */
  readonly isBetween: boolean
}

/** The guards of one trial. */
export class TrialGuards {
  readonly #trial: Pick<Trial, 'arm' | 'labels' | 'startedAt' | 'response'>
  readonly #program: Pick<Program, 'measurement' | 'guardSources'>
  readonly #intervalMs: number
  readonly #lookMs: number | undefined
  readonly #watched: readonly Watched[]

  constructor(
    trial: Pick<Trial, 'arm' | 'labels' | 'startedAt' | 'response'>,
    program: Pick<Program, 'measurement' | 'guardSources'>,
    pace: GuardPace,
  ) {
    this.#trial = trial
    this.#program = program
    this.#intervalMs = pace.intervalMs
    this.#lookMs = pace.lookMs()
    this.#watched = (trial.response.guards ?? []).map(guard => ({
      guard,
      watches: new Map<string, GuardWatch>(),
      source: this.#sourceOf(guard, trial.startedAt),
      status: { state: 'watching' },
    }))
  }

  /** What the guards could not see so far, one line each. */
  get blindSpots(): string[] {
    return this.#watched.map(({ guard, status, watches, source }) => {
      if (status.state === 'blind') return `${guard.expr}: ${status.reason}`
      const lines = new Set([...watches.values()].map(watch => watch.blindBelow))
      if (lines.size === 0) return `${guard.expr}: has no data`
      return `${guard.expr}: ${[...lines].join('; ')}; ${this.#paceText(source)}`
    })
  }

  /** The guards whose numbers can be read between two ticks. */
  get close(): readonly { readonly guard: Guard; readonly source: GuardSource }[] {
    return this.#watched.flatMap(({ guard, source }) => (source && this.#isClose(source) ? [{ guard, source }] : []))
  }

  /** Reads the guards; returns why one is breached, in one line with the numbers. */
  observe(look: GuardLook): string | undefined {
    const { measurement } = this.#program
    for (const watched of this.#watched) {
      const { guard } = watched
      if (look.isBetween && !this.#isClose(watched.source)) continue
      watched.source ??= this.#sourceOf(guard, look.now)
      if (watched.status.state !== 'breached')
        watched.status = this.#observe(watched, look.reader.read(guard, measurement), look)
      if (watched.status.state === 'breached') return watched.status.reason
    }
    return undefined
  }

  /** A guard of several series is breached when any of them is. */
  #observe({ guard, watches, source }: Watched, values: GuardedSeries, { quiet, now }: GuardLook): GuardStatus {
    const { labels, startedAt } = this.#trial
    const everyMs = this.#isClose(source) ? this.#lookMs : undefined
    for (const { reading } of values.values()) {
      if (watches.size >= MAX_SERIES) break
      if (watches.has(reading.key) || !isNarrowedBy(reading.labels, labels)) continue
      const windows = quiet.of(guard, reading.key) ?? createQuietWindows(guard)
      watches.set(reading.key, createGuardWatch(guard, windows, startedAt, everyMs))
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

  /** Nobody is interested in that of a shadow, and there may be hundreds. */
  #sourceOf(guard: Guard, now: number): GuardSource | undefined {
    return this.#trial.arm === 'shadow' ? undefined : this.#program.guardSources.of(guard, now)
  }

  #isClose(source: GuardSource | undefined): boolean {
    return (this.#lookMs ?? 0) > 0 && source !== undefined && source.onlyAtTicks === undefined
  }

  #paceText(source: GuardSource | undefined): string {
    if (this.#isClose(source)) return `read every ${this.#lookMs! / 1000} s`
    return `read every ${this.#intervalMs / 1000} s${source?.onlyAtTicks === undefined ? '' : `, since ${source.onlyAtTicks}`}`
  }
}
