import type { Rules, RuleSource, Store } from '@homeostat/promql'
import { createRules, createStore } from '@homeostat/promql'
import type { Registry, ScopeMetrics } from '@homeostat/signals'
import type { Action } from './action.ts'
import { decide } from './decide.ts'
import type { Decision, Refusal } from './decision.ts'
import { DuplicateActionError, StoreLimitError } from './errors.ts'
import { explain } from './explain.ts'
import type { Explanation } from './explain.ts'
import { toFiring, toPending } from './firing-from-alert.ts'

import { Ingestion } from './ingestion.ts'
import { KillSwitch } from './kill-switch.ts'
import { Ledger } from './ledger.ts'
import type { LedgerEntry, LedgerListener } from './ledger.ts'
import { createMeasure } from './measurement.ts'
import type { Mode } from './mode.ts'
import type { Response } from './response.ts'
import { Runner } from './runner.ts'
import { SnapshotReader } from './snapshot-reader.ts'
import { publishLedger } from './telemetry/telemetry.ts'
import type { SettlingTrial } from './trial.ts'
import type { Measure } from './trials.ts'
import { Trials } from './trials.ts'

/** Research on blocked loops: a slice of 2 ms goes unnoticed at any request rate a Node process serves. */
const DEFAULT_SLICE_MS = 2

export interface OptimizerOptions {
  /** What is measured. The first one is where Homeostat counts its own failures. */
  readonly registries: readonly [engine: Registry, ...domains: Registry[]]
  readonly rules: readonly RuleSource[]
  readonly responses: readonly Response[]
  readonly actions: readonly Action[]
  /** The mode in force for an action. @default advise for all */
  readonly modeOf?: (action: string) => Mode
  /** Nothing acts before this time has passed since the first tick. @default 60000 */
  readonly warmUpMs?: number
  /** Expected time between ticks; it sizes the store. @default 5000 */
  readonly intervalMs?: number
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** The present, for what happens between ticks: the end of an action, an attached collection. @default Date.now */
  readonly clock?: () => number
}

/**
 * The loop. One tick goes the one walk: snapshot, store, rules, decisions, actions, verdicts, ledger.
 * It keeps no time of its own: whoever calls `tick(now)` does.
 */
export class Optimizer {
  readonly store: Store
  readonly killSwitch: KillSwitch
  readonly rules: Rules
  readonly trials: Trials = new Trials()
  readonly ledger: Ledger
  readonly reader: SnapshotReader
  readonly #engine: Registry
  readonly #ingestion: Ingestion
  readonly #measure: Measure
  readonly #runner: Runner
  readonly #responses: readonly Response[]
  readonly #actions: ReadonlyMap<string, Action>
  readonly #modeOf: (action: string) => Mode
  readonly #warmUpMs: number
  readonly #clock: () => number
  readonly #telemetry: Disposable
  #startedAt: number | undefined

  constructor(options: OptimizerOptions) {
    const { registries, warmUpMs = 60_000, intervalMs = 5000, environment = process.env, clock = Date.now } = options
    this.#engine = registries[0]
    const { faults } = this.#engine
    this.#clock = clock
    this.#warmUpMs = warmUpMs
    this.#modeOf = options.modeOf ?? (() => 'advise')
    this.#responses = options.responses
    this.#actions = byName(options.actions)
    this.killSwitch = new KillSwitch(environment)
    this.reader = new SnapshotReader(registries)
    this.store = createStore({ intervalMs, onWarning: limit => faults.report('signal', new StoreLimitError(limit)) })
    this.#ingestion = new Ingestion(this.store, faults)
    this.rules = createRules(options.rules, this.store)
    for (const error of this.rules.rejected) faults.report('rule', error)
    this.#measure = createMeasure(this.store, options.responses, faults)
    this.ledger = new Ledger(faults)
    this.#telemetry = publishLedger(this.ledger, this.#engine)
    const { killSwitch, trials } = this
    this.#runner = new Runner({ killSwitch, trials, measure: this.#measure, faults, sliceMs: DEFAULT_SLICE_MS, clock })
  }

  /** Whether any action may run at all, and if not, who says so; for people. */
  get mode(): Mode {
    if (this.killSwitch.state.tripped) return 'off'
    return [...this.#actions.keys()].some(name => this.#modeOf(name) === 'act') ? 'act' : this.#modeOf('')
  }

  /** Reads the signals into the store, without evaluating anything. */
  refresh(now: number): void {
    this.#ingestion.append(this.reader.collect(now))
  }

  /** Takes what an attached reader has just collected. */
  offer(reader: object, scopes: readonly ScopeMetrics[]): void {
    this.#engine.faults.contain('signal', () => this.reader.offer(reader, scopes, this.#clock()))
  }

  /** One tick. Started actions go on by themselves; they are in the entry of the tick after their end. */
  tick(now: number): LedgerEntry {
    return this.#tick(now).entry
  }

  /** One tick that waits for the actions it started. */
  async tickAndWait(now: number): Promise<{ entry: LedgerEntry; attempts: SettlingTrial[] }> {
    const { entry, attempts } = this.#tick(now)
    return { entry, attempts: await Promise.all(attempts) }
  }

  on(listener: LedgerListener): Disposable {
    return this.ledger.on(listener)
  }

  /** What is known of a trial (`cache.warm#3`), of an alert, or of a ledger entry (`17`). */
  explain(id: string): Explanation | undefined {
    return explain(id, this.trials, this.ledger)
  }

  /** Aborts what runs, waits for it and tells what became of it. Nothing acts afterwards. */
  async stop(): Promise<void> {
    await this.#runner.stop()
    this.killSwitch.trip('stop()')
    const ended = this.#runner.takeFinished()
    if (ended.length > 0) this.ledger.append({ ...NOTHING_NEW, now: this.#clock(), mode: this.mode, ended })
    this.#telemetry[Symbol.dispose]()
  }

  #tick(now: number): { entry: LedgerEntry; attempts: Promise<SettlingTrial>[] } {
    const began = performance.now()
    this.#startedAt ??= now
    if (this.killSwitch.state.tripped) this.killSwitch.trip(this.killSwitch.state.by)

    this.#engine.faults.contain('signal', () => this.refresh(now))
    // Yesterday's changes are judged before new ones are made.
    const verdicts = this.trials.judge(this.#measure, now)
    const { alerts, errors } = this.rules.evaluate(now)
    // A rule that failed keeps the alerts it had, but their values say nothing about now.
    const failed = new Set(errors.map(error => error.alert))
    const firings = alerts
      .filter(alert => alert.state === 'firing')
      .map(alert => toFiring(failed.has(alert.alert) ? { keptSince: now, ...alert } : alert))
    const outcomes = decide({
      now,
      firings,
      responses: this.#responses,
      actions: this.#actions,
      trials: this.trials.all,
      killSwitch: this.killSwitch.state,
      modeOf: this.#modeOf,
      isUnsettled: action => this.#runner.isUnsettled(action),
      startedAt: this.#startedAt,
      warmUpMs: this.#warmUpMs,
    })
    const decisions = outcomes.filter((outcome): outcome is Decision => outcome.kind === 'decision')
    const durationMs = performance.now() - began
    const attempts = this.#runner.carryOut(decisions, now)

    for (const error of errors) this.#engine.faults.report('rule', error)
    const entry = this.ledger.append({
      now,
      durationMs,
      mode: this.mode,
      pending: alerts.filter(alert => alert.state === 'pending').map(toPending),
      firings,
      failures: errors.map(({ alert, message }) => ({ rule: alert, error: message })),
      decisions,
      refusals: outcomes.filter((outcome): outcome is Refusal => outcome.kind === 'refusal'),
      started: attempts.map(attempt => attempt.trial),
      ended: this.#runner.takeFinished(),
      verdicts,
    })
    return { entry, attempts: attempts.map(attempt => attempt.done) }
  }
}

const NOTHING_NEW = {
  durationMs: 0,
  pending: [],
  firings: [],
  failures: [],
  decisions: [],
  refusals: [],
  started: [],
  verdicts: [],
} as const

function byName(actions: readonly Action[]): Map<string, Action> {
  const named = new Map<string, Action>()
  for (const action of actions) {
    if (named.has(action.name)) throw new DuplicateActionError(action.name)
    named.set(action.name, action)
  }
  return named
}
