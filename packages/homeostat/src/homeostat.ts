import { diag } from '@opentelemetry/api'
import type { ActionEvidence, Explanation, LedgerListener, Mode, Optimizer } from '@homeostat/optimizer'
import { steadyNow, type TraceWindow } from '@homeostat/optimizer/parts'
import { measureEventLoopLag } from '@homeostat/runtime'
import type { HomeostatInstrumentation } from './doors/engine-instrumentation.ts'
import { PerformanceQuery } from './metrics/performance-query.ts'
import type { AlertStatus } from './report/alert-status.ts'
import type { Report } from './report/report.ts'
import type { Reporter } from './report/reporter.ts'
import type { UnmatchedExplanation } from './report/unmatched-rules.ts'
import { HomeostatParts } from './homeostat-parts.ts'
import { httpMethods, type HttpMethods } from './methods/http-methods.ts'
import { MethodArguments, NOTHING_TO_RELEASE } from './methods/method-arguments.ts'
import type { ObservedObjects } from './doors/observed-objects.ts'
import { optimizationResult, type OptimizationResult } from './methods/optimization-result.ts'
import type { PerformanceMetrics } from './metrics/performance-metrics.ts'
import { preventionResult, type PerformancePrediction, type PreventionResult } from './methods/prevention.ts'
import type { CheckedOptions } from './options/read-options.ts'

/** Homeostat running in this process. Made by `homeostat()`. */
export class Homeostat implements AsyncDisposable {
  /** For `NodeSDK({ instrumentations })` or `registerInstrumentations`. */
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly optimizer: Optimizer
  /** Circuit breakers around calls to other services. */
  readonly http: HttpMethods
  readonly #parts: HomeostatParts
  readonly #reporter: Reporter
  readonly #given = new MethodArguments(text => this.#reporter.notice(text))
  #query: PerformanceQuery | undefined

  /**
   * @internal `homeostat()` checks the options.
   * @param made - receives the functions that end the parts which were made, for when a later part fails
   */
  constructor(checked: CheckedOptions, made: (() => unknown)[]) {
    const parts = (this.#parts = new HomeostatParts(checked, made))
    this.instrumentations = parts.instrumentations
    this.optimizer = parts.optimizer
    this.http = httpMethods(parts.domains)
    this.#reporter = parts.reporter
    // Named at once, so that there is a past to answer from; a process that only measures reads none until it is asked.
    if (!parts.isSignalsOnly) this.#query = new PerformanceQuery(this.optimizer.store)
    if (parts.autoStart) this.start()
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
    if (!this.#parts.attachments.attach(reader))
      diag.warn('homeostat: the reader serves another Homeostat already; stop() that one before it is attached anew')
    return reader
  }

  /**
   * Measures objects that no hook can find: in a bundle of esbuild, webpack, rollup or Next.js, under Jest, or in a copy that was
   * loaded in another way. Call it any time, as often as you like: each object is measured once, also where a hook has found
   * it, and none is kept alive. Anything that does not fit is reported in one line and left out.
   *
   * @param objects - one object or a list of them per field
   * @example
   * ```ts
   * h.observe({ pg: pool, redis: [redis] })
   * ```
   */
  observe(objects: ObservedObjects): void {
    this.#parts.observe(objects)
  }

  /** The Prometheus text of an application without a metric reader, e.g. prom-client's `await register.metrics()`, with our metrics after it. */
  exposition(text: string = ''): string {
    this.#reporter.exposed()
    return this.#parts.attachments.exposition(text)
  }

  /**
   * @internal Looks for an SDK that somebody else starts, and starts the one that `OTEL_CONFIG_FILE` configures if nobody else
   * starts one.
   */
  findReaders(): void {
    this.#parts.watchAndStartSdk()
  }

  /**
   * Begins to tick. Done already unless `autoStart` is false. The timers never keep the process alive. A process that only measures
   * does not tick: there it only begins to export where `OTEL_EXPORTER_OTLP_ENDPOINT` is set. See the option `signalsOnly`.
   */
  start(): void {
    this.#parts.start(this)
  }

  /**
   * Ends the loop for good, aborts what runs and leaves no timer, listener or patch behind. Readers are as they were. What
   * fails to end, or takes longer than ten seconds, is counted among our errors, and the rest is ended all the same.
   */
  async stop(): Promise<void> {
    await this.#parts.stop()
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
    await this.#parts.programLoaded()
    const tick = await this.optimizer.tickInSlicesAndWait(steadyNow())
    return optimizationResult(tick, tick.attempts)
  }

  /**
   * The bottlenecks that are more probable than their limits (cpu, memory and network 0.7, database 0.6), the most probable
   * first. None in a forecaster's first ten minutes.
   */
  async predictPerformanceBottlenecks(): Promise<PerformancePrediction[]> {
    await this.#parts.resumed
    const now = steadyNow()
    await this.optimizer.refreshInSlices(now)
    return this.#parts.forecasting.predict(now)
  }

  /**
   * Predicts, and then does one tick, with all its gates, like {@link optimizePerformance}. Returns what was done about each
   * predicted bottleneck, what was not done, and why.
   */
  async proactiveOptimization(): Promise<PreventionResult> {
    await this.#parts.programLoaded()
    const predictions = await this.predictPerformanceBottlenecks()
    return preventionResult(predictions, await this.optimizer.tickInSlicesAndWait(steadyNow()))
  }

  /** How long the event loop lets a callback wait now, in milliseconds. */
  measureEventLoopLag(): Promise<number> {
    return measureEventLoopLag()
  }

  /**
   * Whether this process gets more work than it can serve: requests pile up in front of its event loop, or in flight. For an application that
   * wants to do less by itself, e.g. answer without recommendations. Costs about a microsecond; the first call begins to watch, so it is false.
   * Servers of `node:http` and everything on top of them count; always false without the domain `http`.
   *
   * @example
   * ```ts
   * const detail = h.underPressure() ? 'short' : 'full'
   * ```
   */
  underPressure(): boolean {
    return this.#parts.isUnderPressure()
  }

  /**
   * One readable line and the full record of a trial (`cache.warm#1`), the latest of an action (`cache.warm`), an alert whether or not it fires, or a
   * tick's number; and the reason why the rule of an alert cannot match.
   */
  explain(id: string): Explanation | UnmatchedExplanation | undefined {
    const known = this.#given.name('explain()', 'the id of a trial, an alert or the number of a tick', id)
    return known === undefined ? undefined : this.#reporter.explain(known)
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
