import { diag } from '@opentelemetry/api'
import type { ActionEvidence, Explanation, LedgerListener, Mode } from '@homeostat/optimizer'
import { isAdvice, Optimizer } from '@homeostat/optimizer'
import { steadyNow, type TraceWindow } from '@homeostat/optimizer/parts'
import { measureEventLoopLag } from '@homeostat/runtime'
import { limitRetainedBytes, type Faults } from '@homeostat/signals'
import { warnAtStart } from '@homeostat/signals/options'
import { attachmentsFor, type Attachments } from './doors/attachments.ts'
import type { AttachTarget } from './doors/attach.ts'
import { LateAttachment } from './doors/late-attachment.ts'
import { createAutomation, type Automation } from './acting/automation.ts'
import { endEach } from './lifecycle/time-limit.ts'
import { Keeper } from './state/keeper.ts'
import { ServiceName } from './doors/service-name.ts'
import { domainsOf } from './domains/domains.ts'
import { EngineInstrumentation, type HomeostatInstrumentation } from './doors/engine-instrumentation.ts'
import { fileProgramOf } from './program/file-program.ts'
import { Forecasting } from './methods/forecasting.ts'
import { KillSwitches } from './acting/kill-switches.ts'
import { PerformanceQuery } from './metrics/performance-query.ts'
import type { AlertStatus } from './report/alert-status.ts'
import type { Report } from './report/report.ts'
import { Reporter } from './report/reporter.ts'
import { announce } from './lifecycle/running-homeostats.ts'
import { MethodArguments, NOTHING_TO_RELEASE } from './methods/method-arguments.ts'
import { readModes } from './options/modes.ts'
import { DEFAULT_INTERVAL_MS } from './options/option-schema.ts'
import { optimizationResult, type OptimizationResult } from './methods/optimization-result.ts'
import type { PerformanceMetrics } from './metrics/performance-metrics.ts'
import { preventionResult, type PerformancePrediction, type PreventionResult } from './methods/prevention.ts'
import { NO_PROGRAM } from './options/given-program.ts'
import { actionsOf } from './program/program.ts'
import { ProgramOfOptions } from './program/program-of-options.ts'
import { Rhythm } from './lifecycle/rhythm.ts'
import type { ProgramFiles } from './reload/program-files.ts'
import type { CheckedOptions } from './options/read-options.ts'
import { signalsOnlyOptions, whySignalsOnly } from './doors/signals-only.ts'
import { withUniqueNames } from './options/unique-names.ts'

/** Homeostat running in this process. Made by `homeostat()`. */
export class Homeostat implements AsyncDisposable {
  /** For `NodeSDK({ instrumentations })` or `registerInstrumentations`. */
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly optimizer: Optimizer
  readonly #rhythm: Rhythm
  readonly #isSignalsOnly: boolean
  #query: PerformanceQuery | undefined
  readonly #attachments: Attachments
  readonly #late: LateAttachment
  readonly #automation: Automation
  readonly #keeper: Keeper
  readonly #reporter: Reporter
  readonly #forecasting: Forecasting
  readonly #killSwitches: KillSwitches
  readonly #files: ProgramFiles | undefined
  readonly #program: ProgramOfOptions
  readonly #faults: Faults
  readonly #given = new MethodArguments(text => this.#reporter.notice(text))
  /** Settles when the rules and responses of the options are in force. */
  readonly #loaded: Promise<void> | undefined

  /**
   * @internal `homeostat()` checks the options.
   * @param made - takes how to end each part that was made, should a later one fail
   */
  constructor(checked: CheckedOptions, made: (() => unknown)[]) {
    const whyOnly = whySignalsOnly(checked.options)
    const isSignalsOnly = (this.#isSignalsOnly = whyOnly !== undefined)
    const wanted = isSignalsOnly ? signalsOnlyOptions(checked.options) : checked.options
    const { options, domains } = withUniqueNames(wanted, domainsOf(wanted), warnAtStart)
    const { autoStart = true, intervalMs = DEFAULT_INTERVAL_MS } = options
    const modes = readModes({ ...checked, options }, domains, warnAtStart)
    limitRetainedBytes(options.maxRetainedBytes)
    const service = new ServiceName(options)
    const engine = new EngineInstrumentation({
      onMeterProvider: provider => this.#late.take(provider),
      onProvider: provider => service.offer(provider),
    })
    const faults = (this.#faults = engine.registry.faults)
    const isStopped = (): boolean => this.optimizer.killSwitch.state.tripped
    const parts = { options, domains, modes, service, faults }
    this.#automation = createAutomation({ ...parts, isStopped })
    this.instrumentations = [engine, ...domains.flatMap(([{ instrumentation }]) => instrumentation ?? [])]
    const onDoubled: AttachTarget['onDoubled'] = scopes => this.#reporter.reportDoubled(scopes)
    const optimizer = (): Optimizer => this.optimizer
    const doors = { instrumentations: this.instrumentations, options, faults }
    const attachments = (this.#attachments = attachmentsFor({ ...doors, service, optimizer, onDoubled }))
    const reporter = (this.#reporter = new Reporter({ ...parts, readers: attachments.readers }))
    this.#late = new LateAttachment({ ...doors, attachments, ...reporter.doors })
    let isMade = false
    const notice = (text: string): void => (isMade ? reporter.notice(text) : warnAtStart(text))
    const given = isSignalsOnly ? NO_PROGRAM : checked.program
    const program = (this.#program = new ProgramOfOptions(given, parts, faults))
    const actions = [...actionsOf(parts), ...this.#automation.actions]
    this.optimizer = new Optimizer({
      registries: [engine.registry, ...this.instrumentations.slice(1).map(({ registry }) => registry)],
      ...program.atOnce,
      actions,
      fleet: this.#automation.fleet,
      modeOf: action => modes.ofAction(action),
      intervalMs,
      ...(options.budget && { budget: options.budget }),
      ...(options.warmUpMs !== undefined && { warmUpMs: options.warmUpMs }),
      ...(options.environment && { environment: options.environment }),
    })
    this.#loaded = program.load(this.optimizer)
    // Named at once, so that there is a past to answer from; a process that only measures reads none until it is asked.
    if (!isSignalsOnly) this.#query = new PerformanceQuery(this.optimizer.store)
    const mayAct = actions.some(action => !isAdvice(action) && modes.ofAction(action.name) === 'act')
    const { store, killSwitch } = this.optimizer
    killSwitch.onTrip(() => this.#automation.undoAll())
    const loop = { store, intervalMs, on: (listener: LedgerListener): Disposable => this.optimizer.on(listener) }
    const forecasting = (this.#forecasting = new Forecasting({ domains: isSignalsOnly ? [] : domains, faults, loop }))
    made.push(() => this.optimizer.stop())
    this.#keeper = new Keeper({ options, domains, service, faults, optimizer: this.optimizer, forecasting })
    this.#killSwitches = new KillSwitches({ options, killSwitch, faults, mayAct, notice })
    made.push(() => this.#killSwitches[Symbol.asyncDispose]())
    this.#files = fileProgramOf({ ...parts, own: program.own, intervalMs, faults, optimizer: this.optimizer, notice })
    made.push(() => this.#files?.[Symbol.dispose]())
    const waits = { service, readers: attachments.readers, loaded: this.#loaded, resume: () => this.#resume() }
    this.#rhythm = new Rhythm({ intervalMs, optimizer: this.optimizer, faults, ...waits })
    reporter.follow({ optimizer: this.optimizer, automation: this.#automation, keeper: this.#keeper })
    attachments.hold(this.#late, announce(reporter), reporter)
    made.push(() => this.stop())
    isMade = true
    if (whyOnly !== undefined) reporter.onlyMeasures(whyOnly)
    if (autoStart) this.start()
  }

  /** The mode in force, over all packages; `off` when the kill switch is tripped. */
  get mode(): Mode {
    return this.optimizer.mode
  }

  /**
   * Makes a reader of the application serve Homeostat too, and returns it. Its one collection then feeds its exporter
   * and the rules, and carries our metrics. Call it before the SDK starts.
   *
   * @throws NotAReaderError when it is given anything but a metric reader
   * @example
   * ```ts
   * const h = homeostat()
   * new NodeSDK({ metricReaders: [h.attach(new PrometheusExporter())], instrumentations: [...h.instrumentations] }).start()
   * ```
   */
  attach<R extends object>(reader: R): R {
    if (!this.#attachments.attach(reader))
      diag.warn('homeostat: the reader serves another Homeostat already; stop() that one before it is attached anew')
    return reader
  }

  /** The Prometheus text of an application without a metric reader, e.g. prom-client's `await register.metrics()`, with our metrics after it. */
  exposition(text: string = ''): string {
    return this.#attachments.exposition(text)
  }

  /** @internal Looks for an SDK that somebody else starts; `start()` does it, and a process that only measures does not start. */
  findReaders(): void {
    this.#late.watch()
  }

  /**
   * Begins to tick. Done already unless `autoStart` is false. The timers never keep the process alive. Does nothing in a
   * process that only measures, see the option `signalsOnly`.
   */
  start(): void {
    this.findReaders()
    if (this.#isSignalsOnly || this.#rhythm.isOver) return
    this.#killSwitches.start()
    this.#rhythm.start()
  }

  /**
   * Ends the loop for good, aborts what runs and leaves no timer, listener or patch behind. Readers are as they were. What
   * fails to end, or takes longer than ten seconds, is counted among our errors, and the rest is ended all the same.
   */
  async stop(): Promise<void> {
    this.#rhythm.stop()
    const endings = {
      'the rules of the options': () => this.#program[Symbol.dispose](),
      'the program files': () => this.#files?.[Symbol.dispose](),
      'the kill switches': () => this.#killSwitches[Symbol.asyncDispose](),
      'the loop': () => this.optimizer.stop(),
      ...this.#automation.endings,
      ...this.#keeper.endings,
    }
    await endEach(endings, error => this.#faults.report('tick', error))
    for (const instrumentation of this.instrumentations) this.#faults.contain('signal', () => instrumentation.disable())
    this.#attachments[Symbol.dispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /** System, application, database and external services now. A part that fails is named in `failures`. */
  async collectMetrics(): Promise<PerformanceMetrics> {
    const now = steadyNow()
    const query = (this.#query ??= new PerformanceQuery(this.optimizer.store))
    await this.optimizer.refreshInSlices(now)
    return query.collect(now)
  }

  /**
   * One tick now, with all its gates: evaluates the rules, starts what is due and waits for it. One action that fails
   * never stops another. Outside mode `act`, nothing is applied.
   */
  async optimizePerformance(): Promise<OptimizationResult> {
    await this.#programLoaded()
    const tick = await this.optimizer.tickInSlicesAndWait(steadyNow())
    return optimizationResult(tick, tick.attempts)
  }

  /**
   * The bottlenecks that are more probable than their limits (cpu, memory and network 0.7, database 0.6), the most probable
   * first. None in a forecaster's first ten minutes.
   */
  async predictPerformanceBottlenecks(): Promise<PerformancePrediction[]> {
    await this.#rhythm.resumed
    const now = steadyNow()
    await this.optimizer.refreshInSlices(now)
    return this.#forecasting.predict(now)
  }

  /**
   * Predicts, and then does one tick, with all its gates, like {@link optimizePerformance}. Returns what was done about each
   * predicted bottleneck, what was not done, and why.
   */
  async proactiveOptimization(): Promise<PreventionResult> {
    await this.#programLoaded()
    const predictions = await this.predictPerformanceBottlenecks()
    return preventionResult(predictions, await this.optimizer.tickInSlicesAndWait(steadyNow()))
  }

  async #programLoaded(): Promise<void> {
    await this.#loaded
    await this.#files?.loaded
    await this.#rhythm.ready()
  }

  /** Continues with what an earlier process of the service has left and learned. */
  #resume(): Promise<unknown> {
    this.#automation.start()
    return this.#keeper.start()
  }

  /** How long the event loop lets a callback wait now, in milliseconds. */
  measureEventLoopLag(): Promise<number> {
    return measureEventLoopLag()
  }

  /** One readable line and the full record of a trial (`cache.warm#1`), a firing alert, or a tick's number. */
  explain(id: string): Explanation | undefined {
    const known = this.#given.name('explain()', 'the id of a trial, an alert or the number of a tick', id)
    return known === undefined ? undefined : this.optimizer.explain(known)
  }

  /** The alerts that fire or are pending now, the firing ones first. `explain(alert)` returns more about one. */
  alerts(): AlertStatus[] {
    return this.#reporter.alerts()
  }

  /**
   * Everything that is known: what is watched, alerts, advice, trials, evidence, knobs, findings, and where things are kept.
   * Text by `String(h.report())`, JSON by `JSON.stringify(h.report())`.
   */
  report(): Report {
    return this.#reporter.report()
  }

  /** The evidence for each action: its verdict, what is missing until there is one, and the mode that it supports. */
  evidence(): ActionEvidence[] {
    return this.optimizer.evidence()
  }

  /** Lets an action run again for an alert before its quarantine is over. */
  release(alert: string, action: string): void {
    const named = this.#given.name('release()', 'the name of an alert first', alert)
    const acting = this.#given.name('release()', 'the name of an action second', action)
    if (named === undefined || acting === undefined || this.optimizer.release(named, acting)) return
    this.#reporter.notice(NOTHING_TO_RELEASE)
  }

  /**
   * For `NodeSDK({ spanProcessors: [..., h.spanProcessor] })`: the spans of actions then link to the requests and jobs that
   * ran when their alert fired. It exports nothing and changes no span.
   */
  get spanProcessor(): TraceWindow {
    return this.optimizer.traces
  }

  /** Calls the listener with every ledger entry. */
  on(listener: LedgerListener): Disposable {
    return this.optimizer.on(this.#given.listener('on()', listener))
  }

  /** Kill switch: aborts what runs, and nothing acts until {@link enable}. Measuring goes on. */
  disable(by = 'disable()'): void {
    // The switch is tripped even when the name is not valid.
    this.optimizer.killSwitch.trip(this.#given.name('disable()', 'the name of who calls it', by) ?? 'disable()')
  }

  /** Takes {@link disable} back. What else holds the kill switch, a file or a variable for example, is released there. */
  enable(): void {
    this.optimizer.killSwitch.reset()
  }
}
