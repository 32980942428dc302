import type { GuardStatus, GuardWatch } from './guards/guard-status.ts'
import { createGuardWatch } from './guards/guard-watch.ts'
import type { QuietWindows } from './guards/quiet-windows.ts'
import { createQuietWindows } from './guards/quiet-windows.ts'
import type { Measurement, Reading } from '../alerts/measurement.ts'
import { isNarrowedBy } from '../alerts/measurement.ts'
import type { Program } from '../alerts/program.ts'
import type { Guard } from '../words/response.ts'
import type { OpenTrial, Trial } from '../words/trial.ts'

/** Series of one guard that are watched; a guard is meant to be an aggregate. */
const MAX_SERIES = 20

/** A guard of a trial that was breached. */
export interface Breach {
  readonly trial: OpenTrial
  /** One line with the numbers. */
  readonly reason: string
}

/** What a guard's expression says about one series, with its ratio's denominator. */
interface Guarded {
  readonly reading: Reading
  readonly denominator: number | undefined
}

interface Watched {
  readonly guard: Guard
  readonly watches: Map<string, GuardWatch>
  readonly startedAt: number
  status: GuardStatus
}

/** Guards speak of what a change may do; a shadow changes nothing and is compared with nothing. */
export function isWatched(trial: OpenTrial): boolean {
  return trial.arm !== 'shadow' && trial.state !== 'reverting'
}

/** Learns what is usual for each guard while nothing is tried, and watches the guards of the trials that are open. */
export class GuardedTrials {
  /** By what a guard says, not by its object: a reload that leaves it as it was keeps what was learned. */
  readonly #quiet = new Map<string, Map<string, QuietWindows>>()
  readonly #quietByGuard = new WeakMap<Guard, Map<string, QuietWindows>>()
  readonly #watched = new Map<string, readonly Watched[]>()

  /** Takes a tick's values: learns from them when no trial is open, else looks for breaches. */
  observe(
    { guards, measurement }: Pick<Program, 'guards' | 'measurement'>,
    open: readonly OpenTrial[],
    measurementOf: (trial: OpenTrial) => Measurement | undefined,
    now: number,
  ): Breach[] {
    const isQuiet = !open.some(trial => trial.arm === 'act')
    const read = new Map<Guard, readonly Guarded[]>()
    const valuesOf = (guard: Guard, by: Measurement = measurement): readonly Guarded[] => {
      const known = read.get(guard) ?? readGuard(guard, by, now)
      read.set(guard, known)
      return known
    }
    if (isQuiet) for (const guard of guards) this.#learn(guard, valuesOf(guard), now)
    this.#forget(open)
    return open.flatMap(trial => {
      const watched = this.#watched.get(trial.id) ?? this.#watch(trial)
      // A reload may have taken its guards away from the program in force.
      const by = measurementOf(trial)
      const breached = watched.find(one => look(one, valuesOf(one.guard, by), trial, this.#quietOf(one.guard), now))
      return breached?.status.state === 'breached' ? [{ trial, reason: breached.status.reason }] : []
    })
  }

  /** What the guards of a trial cannot see, a line each. */
  blindSpots(trial: Trial): string[] {
    return (this.#watched.get(trial.id) ?? []).map(({ guard, status, watches }) => {
      if (status.state === 'blind') return `${guard.expr}: ${status.reason}`
      const lines = new Set([...watches.values()].map(watch => watch.blindBelow))
      return `${guard.expr}: ${lines.size === 0 ? 'has no data' : [...lines].join('; ')}`
    })
  }

  #watch(trial: OpenTrial): readonly Watched[] {
    const watched = (trial.response.guards ?? []).map((guard): Watched => ({
      guard,
      watches: new Map(),
      startedAt: trial.startedAt,
      status: { state: 'watching' },
    }))
    this.#watched.set(trial.id, watched)
    return watched
  }

  #learn(guard: Guard, values: readonly Guarded[], now: number): void {
    const quiet = this.#quietOf(guard)
    for (const { reading, denominator } of values) {
      let windows = quiet.get(reading.key)
      if (windows === undefined) {
        if (quiet.size >= MAX_SERIES) continue
        quiet.set(reading.key, (windows = createQuietWindows(guard)))
      }
      windows.observe(now, reading.value, denominator)
    }
  }

  #quietOf(guard: Guard): Map<string, QuietWindows> {
    const known = this.#quietByGuard.get(guard)
    if (known) return known
    const key = JSON.stringify(guard)
    const quiet = this.#quiet.get(key) ?? new Map<string, QuietWindows>()
    this.#quiet.set(key, quiet)
    this.#quietByGuard.set(guard, quiet)
    return quiet
  }

  #forget(open: readonly OpenTrial[]): void {
    if (this.#watched.size <= open.length) return
    const ids = new Set(open.map(({ id }) => id))
    for (const id of this.#watched.keys()) if (!ids.has(id)) this.#watched.delete(id)
  }
}

/** Whether the guard is breached; of several series, any. */
function look(
  watched: Watched,
  values: readonly Guarded[],
  trial: Trial,
  quiet: Map<string, QuietWindows>,
  now: number,
): boolean {
  if (watched.status.state === 'breached') return true
  const { guard, watches, startedAt } = watched
  for (const { reading } of values) {
    if (watches.has(reading.key) || watches.size >= MAX_SERIES || !isNarrowedBy(reading.labels, trial.labels)) continue
    watches.set(reading.key, createGuardWatch(guard, quiet.get(reading.key) ?? createQuietWindows(guard), startedAt))
  }
  let status: GuardStatus = watches.size > 0 ? { state: 'watching' } : { state: 'blind', reason: 'has no data' }
  for (const [key, watch] of watches) {
    const found = values.find(({ reading }) => reading.key === key)
    const seen = watch.observe(now, found?.reading.value, found?.denominator)
    if (seen.state === 'breached' || (seen.state === 'blind' && status.state === 'watching')) status = seen
    if (seen.state === 'breached') break
  }
  watched.status = status
  return status.state === 'breached'
}

function readGuard(guard: Guard, measurement: Measurement, now: number): readonly Guarded[] {
  const denominators = guard.denominator === undefined ? [] : measurement.read(guard.denominator, now)
  const byKey = new Map(denominators.map(({ key, value }) => [key, value]))
  const only = denominators.length === 1 ? denominators[0]?.value : undefined
  return measurement.read(guard.expr, now).map(reading => ({
    reading,
    denominator: byKey.get(reading.key) ?? only,
  }))
}
