import { randomUUID } from 'node:crypto'
import type { CompiledExpressions, Store } from '@homeostat/promql'
import { shownValue, warnLater } from '@homeostat/signals/options'
import { SlicedWork, Stopwatch, atOnce, type Registry, type ScopeMetrics, type Steps } from '@homeostat/signals'
import { isAdvice, type Action } from './words/action.ts'
import { Alerts } from './alerts/alerts.ts'
import type { StandingAdvice } from './words/advice-given.ts'
import { DEFAULT_BUDGET } from './words/budget-limits.ts'
import { evidenceOf, type Evidence } from './verdicts/evidence.ts'
import { explainLatest } from './ledger/alert-lines.ts'
import { explain, type Explanation } from './ledger/explain.ts'
import { Fleet } from './fleet/fleet.ts'
import { Histories } from './verdicts/histories.ts'
import { Ingestion } from './signals/ingestion.ts'
import { Conditions } from './alerts/conditions.ts'
import { KillSwitch } from './stop/kill-switch.ts'
import { knownActions } from './actions/known-actions.ts'
import { RuleFaults } from './alerts/rule-faults.ts'
import { Ledger, NOTHING_NEW } from './ledger/ledger.ts'
import type { LedgerEntry, LedgerListener } from './words/ledger-entry.ts'
import type { Firing } from './words/firing.ts'
import { tickEntry, type EntrySources } from './ledger/tick-entry.ts'
import { validModes, type Mode } from './words/mode.ts'
import type { Program, ProgramSource } from './alerts/program.ts'
import { ProgramLoading } from './alerts/program-loading.ts'
import { Programs } from './alerts/programs.ts'
import { createSignalStore } from './signals/signal-store.ts'
import { scopesOf, SnapshotReader } from './signals/snapshot-reader.ts'
import { fromWallTime, steadyNow, wallTime } from './time/steady-clock.ts'
import type { OptimizerOptions } from './optimizer-options.ts'
import { LedgerTelemetry } from './ledger/telemetry/telemetry.ts'
import type { SettlingTrial } from './words/trial.ts'
import { TraceWindow } from './ledger/telemetry/trace-window.ts'
import type { GuardLooks } from './trials/guard-looks.ts'
import { proofDoor, type ProofDoor } from './trials/proofs.ts'
import { Responder } from './trials/responder.ts'
import type { Trials } from './trials/trials.ts'

/** A slice of a tick ends with the step that goes over this, and no step should take as long again. */
const TICK_SLICE_MS = 1

/**
 * The loop. One tick goes the one walk: snapshot, store, verdicts on what was done, rules, decisions, actions, ledger.
 * It has no clock of its own: the caller of `tick(now)` provides the time.
 */
export class Optimizer {
  readonly store: Store
  readonly killSwitch: KillSwitch
  readonly fleet: Fleet
  readonly trials: Trials
  readonly histories: Histories
  readonly ledger: Ledger
  /** Give it to the SDK as a span processor, and the spans of actions link to the requests of their time. */
  readonly traces: TraceWindow
  readonly reader: SnapshotReader
  /** Reads guards of open trials between two ticks. Somebody has to call it, as with ticks. */
  readonly looks: GuardLooks
  /** For a person who tries a knob by hand. */
  readonly proofs: ProofDoor
  readonly #engine: Registry
  readonly #ingestion: Ingestion
  readonly #programs: Programs
  readonly #alerts: Alerts
  readonly #responder: Responder
  readonly #sources: EntrySources
  readonly #actions: ReadonlyMap<string, Action>
  readonly #modeOf: (action: string) => Mode
  readonly #clock: () => number
  readonly #telemetry: LedgerTelemetry
  readonly #loading: ProgramLoading
  readonly #ruleFaults: RuleFaults
  #sliced: SlicedWork<LedgerEntry> | undefined

  constructor(options: OptimizerOptions) {
    const { registries, warmUpMs = 60_000, intervalMs = 5000, clock = steadyNow, random = Math.random } = options
    const { faults } = (this.#engine = registries[0])
    this.#clock = clock
    this.#modeOf = validModes(options.modeOf, faults)
    this.#actions = knownActions(options.actions, faults)
    const killSwitch = (this.killSwitch = options.killSwitch ?? new KillSwitch(options.environment ?? process.env))
    const fleet = (this.fleet = options.fleet ?? new Fleet({ member: randomUUID() }))
    const reader = (this.reader = options.reader ?? new SnapshotReader(registries))
    // A clock that was given is the only time there is; the steady one parts from the clock on the wall.
    const wall = options.clock === undefined ? { wallTime, fromWallTime } : {}
    const store = (this.store = createSignalStore(intervalMs, wall, faults))
    const ingestion = (this.#ingestion = new Ingestion(store, faults, wall))
    const conditions = new Conditions({ intervalMs })
    this.#programs = new Programs(options, { store, faults, intervalMs, conditions, ...scopesOf(reader) })
    this.#alerts = new Alerts(conditions)
    this.#ruleFaults = new RuleFaults(faults)
    const tick = { finish: () => this.#finish(), idle: () => this.#idle() }
    const use = (program: Program): void => this.#programs.use(program)
    this.#loading = new ProgramLoading({ programs: this.#programs, tick, sliceMs: TICK_SLICE_MS, use })
    const ownEstimandOf = (action: string): Action['estimand'] => this.#actions.get(action)?.estimand
    const histories = (this.histories = new Histories({ intervalMs, random, ownEstimandOf }))
    this.ledger = new Ledger(faults)
    const traces = (this.traces = new TraceWindow(clock))
    this.#telemetry = new LedgerTelemetry(this.#engine)
    const shared = { faults, clock, random, intervalMs, warmUpMs, killSwitch, fleet, histories, traces }
    const budget = { ...DEFAULT_BUDGET, ...options.budget }
    const limits = { actions: this.#actions, modeOf: this.#modeOf, budget }
    const looked = { reader, ingestion, store, lookMs: options.lookMs, isTicking: () => this.#sliced !== undefined }
    this.#responder = new Responder({ ...shared, ...limits, ...looked })
    this.trials = this.#responder.trials
    this.looks = this.#responder.looks
    this.proofs = proofDoor(this.#responder.proofs, () => this.#programs.current, clock)
    this.#sources = { ...shared, ...limits, responder: this.#responder, mode: () => this.mode }
  }

  /** The rules in force, as they are doing. */
  get rules(): Program['rules'] {
    return this.#programs.current.rules
  }

  /** The rules and responses that could not be loaded. */
  get rejected(): readonly Error[] {
    return this.#programs.current.rejected
  }

  /** Whether any action may run at all, and if not, what stops it; for people. */
  get mode(): Mode {
    if (this.killSwitch.state.tripped) return 'off'
    const changes = [...this.#actions.values()].filter(action => !isAdvice(action))
    return changes.some(({ name }) => this.#modeOf(name) === 'act') ? 'act' : this.#modeOf('')
  }

  /** The expressions of the program in force, compiled, for whoever checks those of the next one. */
  get expressions(): CompiledExpressions {
    return this.#programs.expressions
  }

  /** How far an action may go at this moment: `off` under the kill switch. */
  modeNow(action: string): Mode {
    return this.killSwitch.state.tripped ? 'off' : this.#modeOf(action)
  }

  /** Replaces rules and responses. Trials in flight end on the ones they began with. */
  load(source: ProgramSource): void {
    this.#loading.load(source)
  }

  /**
   * The same, giving way to the application every two milliseconds. The previous program stays in force until everything is loaded.
   * While something else is being loaded, it waits for that.
   */
  async loadInSlices(source: ProgramSource): Promise<void> {
    await this.#loading.loadInSlices(source)
  }

  /** Reads the signals into the store, without evaluating anything. */
  refresh(now: number): void {
    this.#finish()
    atOnce(this.#refresh(this.#time(now)))
  }

  /** The same, giving way to the application every two milliseconds; it begins when no tick is under way. */
  async refreshInSlices(now: number): Promise<void> {
    await this.#idle()
    await new SlicedWork(this.#refresh(this.#time(now)), TICK_SLICE_MS).done
  }

  /** Takes what an attached reader has just collected from its provider. */
  offer(reader: object, scopes: readonly ScopeMetrics[], provider?: object): void {
    this.#engine.faults.contain('signal', () => this.reader.offer(reader, scopes, this.#clock(), provider))
  }

  /** One tick. Started actions go on by themselves; they are in the entry of the tick after their end. */
  tick(now: number = this.#clock()): LedgerEntry {
    this.#finish()
    return atOnce(this.#tick(this.#time(now), new Stopwatch()))
  }

  /** One tick that yields to the application every two milliseconds. While one is under way, this waits for that one. */
  async tickInSlices(now: number = this.#clock()): Promise<LedgerEntry> {
    const watch = new Stopwatch()
    const sliced = (this.#sliced ??= new SlicedWork(this.#tick(this.#time(now), watch), TICK_SLICE_MS, watch))
    return sliced.done.finally(() => (this.#sliced = undefined))
  }

  /** One tick that waits for the actions it started. */
  async tickAndWait(now: number = this.#clock()): Promise<{ entry: LedgerEntry; attempts: SettlingTrial[] }> {
    return this.#responder.withAttempts(() => this.tick(now))
  }

  /** The same, giving way to the application every two milliseconds. It begins when no tick is under way. */
  async tickInSlicesAndWait(now: number = this.#clock()): Promise<{ entry: LedgerEntry; attempts: SettlingTrial[] }> {
    await this.#idle()
    return this.#responder.withAttempts(() => this.tickInSlices(now))
  }

  on(listener: LedgerListener): Disposable {
    return this.ledger.on(listener)
  }

  /** What was advised and still stands, the latest last. */
  get advice(): readonly StandingAdvice[] {
    return this.#responder.advisor.standing
  }

  /** What is known of a trial (`cache.warm#3`), of advice (`query.optimize#1`), of a proof (`prove#1`), of a rule or its alert, or of a ledger entry (`17`). */
  explain(id: string): Explanation | undefined {
    return explain(id, {
      trials: this.trials,
      ledger: this.ledger,
      histories: this.histories,
      advised: this.#responder.advisor.given,
      standing: this.advice,
      proofs: this.proofs.known,
      rules: this.rules.health,
    })
  }

  /**
   * One line about an alert that fires in the latest entry: what was done about it, or why nothing was. For example:
   * `SlowQueries is firing (value 3): query.optimize#2 for SlowQueries advises: create an index on ...`
   */
  explainFiring(firing: Firing): string {
    const known = { trials: this.trials, advised: this.#responder.advisor.given }
    return explainLatest(firing, this.ledger.entries.at(-1), known)
  }

  /** The evidence on each action that was tried or considered, and the mode that it supports. */
  evidence(now: number = this.#clock()): Evidence[] {
    return this.histories.all.map(history => evidenceOf(history, this.#modeOf(history.action), now))
  }

  /** Lets an action run again for an alert before its quarantine is over; false when nothing is known of the two. */
  release(alert: string, action: string): boolean {
    const found = this.histories.all.filter(history => history.alert === alert && history.action === action)
    for (const history of found) history.advance({ type: 'reset' }, this.#clock())
    return found.length > 0
  }

  /** Waits until every change that is being reverted is reverted. */
  async restored(): Promise<void> {
    await this.#responder.reverted()
  }

  /** Aborts what runs, reverts every lasting change and records the result. Nothing acts afterwards. */
  async stop(): Promise<void> {
    this.#finish()
    await this.#responder.stop()
    this.killSwitch.trip('stop()')
    await this.#responder.reverted()
    const news = this.trials.takeNews()
    const proofs = this.#responder.proofs.takeNews()
    if (news.ended.length + news.reverted.length + news.verdicts.length + proofs.length === 0) return
    const about = { now: this.#clock(), mode: this.mode, fleet: this.fleet.state, proofs, ...news }
    atOnce(this.#telemetry.publish(this.ledger.append({ ...NOTHING_NEW, ...about })))
  }

  /** A time that is not a finite number would stay in the store for good. */
  #time(given: unknown): number {
    if (typeof given === 'number' && Number.isFinite(given)) return given
    warnLater(`a tick takes its time in milliseconds, but was given ${shownValue(given)}; the clock's time is used`)
    return this.#clock()
  }

  /** Settles when no tick and no look is under way. */
  async #idle(): Promise<void> {
    while (this.#sliced || this.looks.isLooking) await (this.#sliced?.done ?? this.looks.idle())
  }

  /** Takes the steps that are left of a tick or a look: time goes forward. */
  #finish(): void {
    this.looks.finish()
    this.#sliced?.finish()
  }

  *#refresh(now: number): Steps<void> {
    try {
      yield* this.#ingestion.appendInSteps(yield* this.reader.collectInSteps(now))
    } catch (error) {
      this.#engine.faults.report('signal', error)
    }
  }

  *#tick(now: number, watch: Stopwatch): Steps<LedgerEntry> {
    this.killSwitch.check()
    yield* this.looks.endFor(now)
    const program = this.#programs.current
    yield* this.#refresh(now)
    // Yesterday's changes are judged before new ones are made.
    const breaches = yield* this.trials.observe(program, now)
    const evaluated = yield* this.#alerts.evaluate(program, now)
    yield* this.trials.resolve(evaluated.firings, now)
    const answers = yield* this.#responder.decide(program, evaluated.firings, now)
    const durationMs = watch.ms
    const launched = this.#responder.begin(answers, program)
    yield* this.#programs.release(this.trials.programs)
    this.#ruleFaults.report(evaluated)
    const tick = { now, durationMs, breaches, evaluated, answers, launched, news: this.trials.takeNews() }
    const entry = this.ledger.append(tickEntry(tick, this.#sources))
    yield* this.#telemetry.publish(entry)
    return entry
  }
}
