import { randomUUID } from 'node:crypto'
import type { SpanContext } from '@opentelemetry/api'
import type { CompiledExpressions, Store } from '@homeostat/promql'
import { createStore } from '@homeostat/promql'
import type { Registry, ScopeMetrics } from '@homeostat/signals'
import { shownValue, warnLater } from '@homeostat/signals/options'
import type { Action } from './words/action.ts'
import type { Due, Refusal } from './words/decision.ts'
import { isAdvice } from './words/action.ts'
import { Advisor } from './actions/advisor.ts'
import { alertKey } from './words/alert-key.ts'
import { Alerts } from './alerts/alerts.ts'
import type { StandingAdvice } from './words/advice-given.ts'
import type { BudgetLimits } from './words/budget-limits.ts'
import { DEFAULT_BUDGET } from './words/budget-limits.ts'
import { budgetsLeft } from './decisions/budget.ts'
import { decideInSteps } from './decisions/decide.ts'
import { StoreLimitError } from './alerts/errors.ts'
import type { Evidence } from './verdicts/evidence.ts'
import { evidenceOf } from './verdicts/evidence.ts'
import { answersTo, explain, explainFiring, refusalsTo } from './ledger/explain.ts'
import type { Explanation } from './ledger/explain.ts'
import { Fleet } from './fleet/fleet.ts'
import { Histories } from './verdicts/histories.ts'
import { Ingestion } from './signals/ingestion.ts'
import { Conditions } from './alerts/conditions.ts'
import { KillSwitch } from './stop/kill-switch.ts'
import { knownActions } from './actions/known-actions.ts'
import { Launcher } from './trials/launcher.ts'
import { LimitedRules } from './alerts/limited-rules.ts'
import { Ledger, NOTHING_NEW } from './ledger/ledger.ts'
import type { LedgerEntry, LedgerListener } from './words/ledger-entry.ts'
import type { Firing } from './words/firing.ts'
import type { Mode } from './words/mode.ts'
import { isMode } from './words/mode.ts'
import type { Program, ProgramSource } from './alerts/program.ts'
import { ProgramLoading } from './alerts/program-loading.ts'
import { Programs } from './alerts/programs.ts'
import { Reverter } from './actions/reverter.ts'
import { Runner } from './actions/runner.ts'
import { atOnce, SlicedWork, Stopwatch } from './time/sliced-work.ts'
import type { Steps } from './time/sliced-work.ts'
import { SnapshotReader } from './signals/snapshot-reader.ts'
import { Situations } from './trials/situations.ts'
import { fromWallTime, steadyNow, wallTime } from './time/steady-clock.ts'
import type { OptimizerOptions } from './optimizer-options.ts'
import { LedgerTelemetry } from './ledger/telemetry/telemetry.ts'
import type { HistorySubject, TrialHistory } from './trials/trial-history.ts'
import type { SettlingTrial } from './words/trial.ts'
import { TraceWindow } from './ledger/telemetry/trace-window.ts'
import { Trials } from './trials/trials.ts'

/** A slice of 2 ms is not noticed at any request rate that a Node process serves. */
const DEFAULT_SLICE_MS = 2

/** Work of one expression, rests not counted: more than that at each tick would be a fifth of a core. */
const EVALUATION_TIMEOUT_MS = 1000

/** A slice of a tick ends with the step that goes over this, and no step should take as long again. */
const TICK_SLICE_MS = 1

/*
 * Over 300 lines: the one orchestrator. Its parts call each other (a runner reports to the supervision, which asks the
 * reverter), so they are wired in one place, and a tick reads from top to bottom here.
 */

/**
 * The loop. One tick goes the one walk: snapshot, store, verdicts on what was done, rules, decisions, actions, ledger.
 * It keeps no time of its own: whoever calls `tick(now)` does.
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
  readonly #engine: Registry
  readonly #ingestion: Ingestion
  readonly #programs: Programs
  readonly #alerts: Alerts
  readonly #runner: Runner
  readonly #reverter: Reverter
  readonly #launcher: Launcher
  readonly #situations: Situations
  readonly #advisor: Advisor
  readonly #actions: ReadonlyMap<string, Action>
  readonly #modeOf: (action: string) => Mode
  readonly #budget: BudgetLimits
  readonly #clock: () => number
  readonly #telemetry: LedgerTelemetry
  readonly #loading: ProgramLoading
  readonly #limited: LimitedRules
  #sliced: SlicedWork<LedgerEntry> | undefined

  constructor(options: OptimizerOptions) {
    const { registries, warmUpMs = 60_000, intervalMs = 5000, clock = steadyNow, random = Math.random } = options
    this.#engine = registries[0]
    const { faults } = this.#engine
    this.#clock = clock
    this.#budget = { ...DEFAULT_BUDGET, ...options.budget }
    const { modeOf = (): Mode => 'advise' } = options
    // An action without a valid mode is off.
    this.#modeOf = action => {
      const mode: unknown = faults.contain('tick', () => modeOf(action))
      return isMode(mode) ? mode : 'off'
    }
    this.#actions = knownActions(options.actions, faults)
    this.killSwitch = options.killSwitch ?? new KillSwitch(options.environment ?? process.env)
    this.fleet = options.fleet ?? new Fleet({ member: randomUUID() })
    this.reader = options.reader ?? new SnapshotReader(registries)
    // A clock that was given is the only time there is; the steady one parts from the clock on the wall.
    const wall = options.clock === undefined ? { wallTime, fromWallTime } : {}
    const onWarning = (limit: string): void => faults.report('signal', new StoreLimitError(limit))
    this.store = createStore({
      evaluationTimeoutMs: EVALUATION_TIMEOUT_MS,
      intervalMs,
      onWarning,
      ...(wall.wallTime && { wallTime: wall.wallTime }),
    })
    this.#ingestion = new Ingestion(this.store, faults, wall)
    const ownScopes = this.reader.scopeNames
    const collectionIntervalMs = (): number => this.reader.collectionIntervalMs
    const conditions = new Conditions({ intervalMs })
    const loaded = { store: this.store, faults, intervalMs, ownScopes, collectionIntervalMs, conditions }
    this.#programs = new Programs(options, loaded)
    this.#alerts = new Alerts(conditions)
    this.#limited = new LimitedRules(faults)
    this.#loading = new ProgramLoading({
      programs: this.#programs,
      tick: { finish: () => this.#sliced?.finish(), idle: () => this.#idle() },
      sliceMs: TICK_SLICE_MS,
      use: program => this.#programs.use(program),
    })
    this.histories = new Histories({ intervalMs, random })
    this.ledger = new Ledger(faults)
    this.traces = new TraceWindow(clock)
    this.#telemetry = new LedgerTelemetry(this.#engine)

    const { killSwitch, fleet, histories } = this
    const runner = (this.#runner = new Runner({ killSwitch, faults, sliceMs: DEFAULT_SLICE_MS, clock }))
    const reverter = (this.#reverter = new Reverter({ faults, clock }))
    const historyOf = (subject: HistorySubject): TrialHistory => histories.of(subject)
    const tracesSince = (time: number): readonly SpanContext[] => this.traces.since(time)
    const shared = { runner, faults, clock, historyOf }
    const trials = (this.trials = new Trials({ ...shared, reverter, intervalMs, random, tracesSince }))
    const advisor = (this.#advisor = new Advisor({
      run: (proposal, now) => runner.consult(proposal, now),
      followed: (action, given) => runner.followed(action, given),
      clock,
    }))
    const limits = { modeOf: this.#modeOf, killSwitch, fleet }
    const launcher = (this.#launcher = new Launcher({ ...shared, ...limits, trials }))
    this.#situations = new Situations({
      ...limits,
      actions: this.#actions,
      budget: this.#budget,
      warmUpMs,
      trials,
      launcher,
      runner,
      advisor,
      quarantineOf: (subject, now) => histories.quarantineOf(subject, now),
    })
    killSwitch.onTrip(by => trials.kill(by, clock()))
  }

  /** Errors of rules that were counted. */
  readonly #reported = new WeakSet<object>()

  /** The rules in force, as they are doing. */
  get rules(): Program['rules'] {
    return this.#programs.current.rules
  }

  /** The rules and responses that could not be loaded. */
  get rejected(): readonly Error[] {
    return this.#programs.current.rejected
  }

  /** Whether any action may run at all, and if not, who says so; for people. */
  get mode(): Mode {
    if (this.killSwitch.state.tripped) return 'off'
    const changes = [...this.#actions.values()].filter(action => !isAdvice(action))
    return changes.some(({ name }) => this.#modeOf(name) === 'act') ? 'act' : this.#modeOf('')
  }

  /** The expressions of the program in force, compiled, for whoever checks those of the next one. */
  get expressions(): CompiledExpressions {
    return this.#programs.expressions
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
    this.#sliced?.finish()
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
    // One that is halfway through comes first: time goes forward.
    this.#sliced?.finish()
    return atOnce(this.#tick(this.#time(now), new Stopwatch()))
  }

  /**
   * One tick that gives way to the application every two milliseconds. While one is under way, it is the one that is
   * waited for.
   */
  async tickInSlices(now: number = this.#clock()): Promise<LedgerEntry> {
    const watch = new Stopwatch()
    const sliced = (this.#sliced ??= new SlicedWork(this.#tick(this.#time(now), watch), TICK_SLICE_MS, watch))
    return sliced.done.finally(() => (this.#sliced = undefined))
  }

  /** One tick that waits for the actions it started. */
  async tickAndWait(now: number = this.#clock()): Promise<{ entry: LedgerEntry; attempts: SettlingTrial[] }> {
    const entry = this.tick(now)
    const [attempts] = await Promise.all([this.#launcher.settled(), this.#advisor.settled()])
    return { entry, attempts }
  }

  on(listener: LedgerListener): Disposable {
    return this.ledger.on(listener)
  }

  /** What was advised and still stands, the latest last. */
  get advice(): readonly StandingAdvice[] {
    return this.#advisor.standing
  }

  /** What is known of a trial (`cache.warm#3`), of advice (`query.optimize#1`), of an alert, or of a ledger entry (`17`). */
  explain(id: string): Explanation | undefined {
    return explain(id, {
      trials: this.trials,
      ledger: this.ledger,
      histories: this.histories,
      advised: this.#advisor.given,
    })
  }

  /**
   * One line about an alert that fires in the latest entry: what was done about it, or why nothing was.
   *
   * @example `SlowQueries is firing (value 3): query.optimize#2 for SlowQueries advises: create an index on ...`
   */
  explainFiring(firing: Firing): string {
    const latest = this.ledger.entries.at(-1)
    const refusals = latest ? refusalsTo(firing, latest) : []
    const known = { trials: this.trials, advised: this.#advisor.given }
    return explainFiring(firing, refusals, answersTo(firing, latest ?? NOTHING_NEW, known))
  }

  /** What is known of each action that was tried or thought of, and what it speaks for. */
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
    await this.#reverter.settled()
  }

  /** Aborts what runs, reverts every lasting change and records the result. Nothing acts afterwards. */
  async stop(): Promise<void> {
    this.#sliced?.finish()
    await this.#runner.stop()
    this.killSwitch.trip('stop()')
    await this.#reverter.settled()
    const { ended, verdicts, reverted } = this.trials.takeNews()
    if (ended.length + reverted.length + verdicts.length > 0)
      atOnce(
        this.#telemetry.publish(
          this.ledger.append({
            ...NOTHING_NEW,
            now: this.#clock(),
            mode: this.mode,
            fleet: this.fleet.state,
            ended,
            reverted,
            verdicts,
          }),
        ),
      )
  }

  /** A time that is no finite number would stay in the store for good. */
  #time(given: unknown): number {
    if (typeof given === 'number' && Number.isFinite(given)) return given
    warnLater(`a tick takes its time in milliseconds, but was given ${shownValue(given)}; the clock's time is used`)
    return this.#clock()
  }

  /** Settles when no tick is under way. */
  async #idle(): Promise<void> {
    while (this.#sliced) await this.#sliced.done
  }

  *#refresh(now: number): Steps<void> {
    try {
      yield* this.#ingestion.appendInSteps(yield* this.reader.collectInSteps(now))
    } catch (error) {
      this.#engine.faults.report('signal', error)
    }
  }

  *#tick(now: number, watch: Stopwatch): Steps<LedgerEntry> {
    const { faults } = this.#engine
    this.killSwitch.check()
    const program = this.#programs.current

    yield* this.#refresh(now)
    yield* program.measurement.readAhead(program.guarded, now)
    for (const { response, labels } of this.trials.open)
      if (response.expect) yield* program.measurement.readAhead([response.expect.expr], now, labels)
    // Yesterday's changes are judged before new ones are made.
    const breaches = yield* this.trials.observe(program, now)
    const { pending, firings, transitions, errors, limited } = yield* this.#alerts.evaluate(program, now)
    const alive = new Set(firings.map(firing => alertKey(firing)))
    this.trials.resolve(key => alive.has(key), now)
    const situation = yield* this.#situations.at(program, firings, now)
    const outcomes = yield* decideInSteps(situation)
    const refusals = outcomes.filter((outcome): outcome is Refusal => outcome.kind === 'refusal')
    const dues = outcomes.filter((outcome): outcome is Due => outcome.kind === 'due')
    const [consult, due] = [
      dues.filter(({ action }) => isAdvice(action)),
      dues.filter(({ action }) => !isAdvice(action)),
    ]
    yield* this.#launcher.prepare(due, refusals, program, now)
    const durationMs = watch.ms
    const launched = this.#launcher.launch(due, refusals, program, situation)
    this.#advisor.consult(consult, now)
    yield* this.#programs.release(this.trials.programs)

    // A rule that took too long is passed over for a while, and its error stands.
    for (const error of errors) if (!this.#reported.has(error)) faults.report('rule', error)
    for (const error of errors) this.#reported.add(error)
    this.#limited.report(limited)
    const { ended, verdicts, reverted } = this.trials.takeNews()
    const entry = this.ledger.append({
      now,
      durationMs,
      mode: this.mode,
      pending,
      firings,
      transitions,
      failures: errors.map(({ alert, message }) => ({ rule: alert, error: message })),
      limited,
      ...launched,
      refusals: [...refusals, ...launched.refusals],
      breaches: breaches.map(({ trial, reason }) => ({
        trial: trial.id,
        action: trial.action,
        arm: trial.arm,
        reason,
      })),
      ended,
      advised: this.#advisor.takeGiven(),
      adopted: this.#advisor.takeAdopted(),
      verdicts,
      open: this.trials.open.map(({ id, action, arm, state }) => ({ id, action, arm, state })),
      effects: this.histories.effectsOf(verdicts),
      fleet: this.fleet.state,
      reverted,
      quarantined: this.histories.takeQuarantined(),
      offers: this.histories.takeOffers(this.#modeOf, now),
      budgets: budgetsLeft(this.#actions.values(), situation.spending, this.#budget),
    })
    yield* this.#telemetry.publish(entry)
    return entry
  }
}
