import { spellings, type Store } from '@homeostat/promql'
import type { MetricDefinition } from '@homeostat/semconv'
import { atOnce, SlicedWork, type Faults, type Steps } from '@homeostat/signals'
import type { GuardSource } from '../alerts/guard-source.ts'
import type { Ingestion } from '../signals/ingestion.ts'
import type { SnapshotReader } from '../signals/snapshot-reader.ts'
import type { Trials } from './trials.ts'

/** A slice of a look ends with the step that goes over this. */
const SLICE_MS = 1

export interface GuardLooksOptions {
  /** What {@link GuardLooks.everyMs} is at first. */
  readonly lookMs: number | undefined
  readonly reader: SnapshotReader
  readonly ingestion: Ingestion
  readonly store: Store
  readonly trials: Trials
  readonly faults: Faults
  /** Whether a proposal waits for its lease: it may begin between two ticks. */
  readonly isAsking: () => boolean
  /** Whether a tick is under way. */
  readonly isTicking: () => boolean
}

/**
 * Reads the guards of open trials between two ticks. At a tick of 5 s, three samples of harm are 15 s.
 *
 * Only our own signals can be read at any time: collections of attached readers come when they come. The samples that a look needs
 * are lent to the store and taken back, so rules, which are evaluated at ticks, never see them. A look evaluates guards and nothing else.
 */
export class GuardLooks {
  readonly #options: GuardLooksOptions
  /** Time between two of them; undefined while nobody looks, and guards are read at ticks only. Trials keep the one they begin with. */
  everyMs: number | undefined
  readonly #namesOf = new WeakMap<MetricDefinition, readonly string[]>()
  #lookedAt = -Infinity
  #looking: SlicedWork<void> | undefined
  #steps: Steps<void> | undefined

  constructor(options: GuardLooksOptions) {
    this.#options = options
    this.everyMs = options.lookMs
  }

  /** Whether looks are needed: a trial with guards that can be read between ticks is open, or may begin before the next tick. */
  get areNeeded(): boolean {
    const { trials, isAsking } = this.#options
    return this.everyMs !== undefined && (trials.close.length > 0 || isAsking())
  }

  /** Reads the guards now. Does nothing while a tick is under way, just after one, and while no trial needs it. */
  look(now: number): void {
    this.finish()
    if (this.#isDue(now)) atOnce(this.#look(now))
  }

  /** The same, giving way to the application every two milliseconds. While one is under way, this waits for that one. */
  async lookInSlices(now: number): Promise<void> {
    if (this.#looking === undefined) {
      if (!this.#isDue(now)) return
      this.#steps = this.#look(now)
      this.#looking = new SlicedWork(this.#steps, SLICE_MS)
    }
    await this.#looking.done.finally(() => (this.#looking = this.#steps = undefined))
  }

  /** Ends a look that is under way, in steps, for a tick that reads all guards at this time. */
  *endFor(now: number): Steps<void> {
    if (this.#steps) yield* this.#steps
    this.#lookedAt = now
  }

  /** Takes the steps that are left of a look. */
  finish(): void {
    this.#looking?.finish()
  }

  /** Settles when no look is under way. */
  async idle(): Promise<void> {
    while (this.#looking) await this.#looking.done
  }

  get isLooking(): boolean {
    return this.#looking !== undefined
  }

  #isDue(now: number): boolean {
    const { everyMs } = this
    const { trials, isTicking } = this.#options
    if (everyMs === undefined || isTicking() || !Number.isFinite(now)) return false
    // Half of the time between two looks, so that timers that run side by side do not read everything twice.
    return Math.abs(now - this.#lookedAt) >= everyMs / 2 && trials.close.length > 0
  }

  *#look(now: number): Steps<void> {
    const { reader, ingestion, store, trials, faults } = this.#options
    this.#lookedAt = now
    const close = trials.close
    const guards = close.flatMap(each => each.close)
    try {
      store.lend()
      yield* ingestion.peekInSteps(
        yield* reader.peekInSteps(now, this.#wanting(guards.map(({ source }) => source))),
        now,
      )
      for (const { program, close: of } of close)
        for (const { guard } of of)
          yield* program.measurement.readAhead(
            [guard.expr, guard.denominator].filter(each => each !== undefined),
            now,
          )
      yield* trials.look(now)
    } catch (error) {
      faults.report('tick', error)
    } finally {
      store.takeBack()
      for (const { program } of close) program.measurement.forget()
    }
  }

  /** Whether a metric is one that some of the guards read. */
  #wanting(sources: readonly GuardSource[]): (definition: MetricDefinition) => boolean {
    if (sources.some(({ metrics }) => metrics === undefined)) return () => true
    const wanted = new Set(sources.flatMap(({ metrics }) => [...metrics!]))
    return definition => this.#spellingsOf(definition).some(name => wanted.has(name))
  }

  #spellingsOf(definition: MetricDefinition): readonly string[] {
    const known = this.#namesOf.get(definition)
    if (known) return known
    const { name, unit, kind } = definition
    const names =
      kind === 'histogram'
        ? (['bucket', 'sum', 'count'] as const).flatMap(part => spellings({ name, unit, kind, part }))
        : spellings({ name, unit, kind: kind === 'counter' ? kind : 'gauge' })
    this.#namesOf.set(definition, names)
    return names
  }
}
