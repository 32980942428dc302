import { receiptText } from '@homeostat/bullmq/domain'
import type { Explanation, LedgerEntry, Optimizer, StallReceipt } from '@homeostat/optimizer'
import { ledgerNews } from '@homeostat/optimizer/parts'
import { counted, followLines, type Faults } from '@homeostat/signals'
import { warnLater } from '@homeostat/signals/options'
import type { AlertStatus } from './alert-status.ts'
import { alertsIn } from './alert-status.ts'
import type { Automation } from '../acting/automation.ts'
import { classNameOf } from '../doors/class-name.ts'
import type { DoublingScope } from '../doors/readers/doubled-metrics.ts'
import type { LateAttachmentContext, Way } from '../doors/late-attachment.ts'
import { Findings } from './findings.ts'
import { givenName } from '../options/given-name.ts'
import type { Forecasting } from '../methods/forecasting.ts'
import type { Keeper } from '../state/keeper.ts'
import { LogLines } from './log-lines.ts'
import { loggerOf } from '../options/logger.ts'
import type { DomainWithMode } from '../domains/domains.ts'
import type { Modes } from '../options/modes.ts'
import type { HomeostatOptions } from '../options/options.ts'
import type { Report, ReportedStall } from './report.ts'
import { createReport } from './report.ts'
import { reportedKnobs } from './reported-knobs.ts'
import { reportedProof, reportedTrial } from './reported-trials.ts'
import { othersRunning, type RunningHomeostat } from '../lifecycle/running-homeostats.ts'
import type { ServiceName } from '../doors/service-name.ts'
import { noSdkText, startLine, wayText } from './start-line.ts'
import { VERSION } from '../version.ts'
import type { WatchedPackage } from './watched-packages.ts'
import { watchedPackages } from './watched-packages.ts'
import { UnmatchedRules, type UnmatchedExplanation } from './unmatched-rules.ts'
import { learnedWhere, whereKept } from '../state/where-kept.ts'

/** After how many ticks it is a finding that nothing is measured: by then the SDK has started. */
const TICKS_UNTIL_CHECKED = 3
/** The trials in a report. */
const MOST_TRIALS = 50
/** The blocks of the event loop in a report. */
const MOST_STALLS = 20

export interface ReporterContext {
  readonly options: HomeostatOptions
  readonly domains: readonly DomainWithMode[]
  readonly modes: Modes
  readonly service: ServiceName
  readonly faults: Faults
  /** The readers that serve Homeostat. */
  readonly readers: ReadonlySet<object>
  /** How Homeostat itself sends its metrics; undefined where it does not. */
  readonly ownWay: () => Way | undefined
}

/** The parts of the loop that a report is about. */
export interface ReportedParts {
  readonly optimizer: Optimizer
  readonly automation: Automation
  readonly keeper: Keeper
  readonly forecasting: Forecasting
}

/** Reports to people: one line at start, one per event, the findings, and the report. */
export class Reporter implements RunningHomeostat, Disposable {
  readonly #context: ReporterContext
  readonly #log: LogLines
  readonly #findings: Findings
  readonly #lines: Disposable
  #parts: ReportedParts | undefined
  #unmatched: UnmatchedRules | undefined
  #way: Way | undefined
  #stalls: readonly ReportedStall[] = []
  #ticks = 0
  #isExposed = false

  constructor(context: ReporterContext) {
    this.#context = context
    this.#log = new LogLines({ logger: loggerOf(context.options.log), faults: context.faults })
    this.#findings = new Findings(this.#log)
    this.#lines = followLines((level, text) => this.#findings.relay(level, text))
  }

  /** Follows the loop from its first tick on. */
  follow(parts: ReportedParts): void {
    this.#parts = parts
    const { domains, faults, readers } = this.#context
    const packageRules = new Map(domains.map(([{ name, rules = [] }]) => [name, rules]))
    const { optimizer } = parts
    this.#unmatched = new UnmatchedRules({ optimizer, findings: this.#findings, faults, readers, packageRules })
    parts.optimizer.on(entry => this.#read(entry))
  }

  /** Writes how many lines of a burst were left out. */
  [Symbol.dispose](): void {
    this.#lines[Symbol.dispose]()
    this.#log[Symbol.dispose]()
  }

  /** Something that happened outside of the loop, e.g. a kill switch. It is not a process warning, at which some applications end. */
  notice(text: string): void {
    warnLater(text)
    this.#log.write('warn', text)
  }

  /** How our metrics reach a backend is found out before or after the first tick, whose line reports it too. */
  get doors(): Pick<LateAttachmentContext, 'onFound' | 'onHidden' | 'onNone'> {
    return {
      onFound: way => {
        this.#way = way
        for (const key of ['no SDK', 'late SDK', 'no reader']) this.#findings.remove(key)
        if (this.#ticks > 0)
          this.#findings.add('late SDK', `an SDK has started: ${wayText(way, this.#attachedTo())}`, 'info')
        if (way.to === 'readers') return
        // The line at start reports the Meter path: one line is enough.
        if (way.to === 'meter' && this.#ticks === 0) this.#findings.keep('no reader', wayText(way, []))
        else this.#findings.add('no reader', wayText(way, []), way.to === 'datadog' ? 'info' : 'warn')
      },
      onHidden: version =>
        this.#findings.add(
          'hidden API',
          `the SDK was registered by @opentelemetry/api ${version}, which the newer copy of it that Homeostat uses does not see; metrics work, spans and log events of Homeostat do not: install one version of @opentelemetry/api`,
        ),
      onNone: () => {
        const way = this.#context.ownWay()
        if (this.#isExposed || way?.to === 'endpoint') return
        this.#findings.add('no SDK', way === undefined ? noSdkText() : wayText(way, []), 'info')
      },
    }
  }

  /** What is known of a trial, advice, a rule or a tick; of a rule that cannot match, why. */
  explain(id: string): Explanation | UnmatchedExplanation | undefined {
    const known = this.#parts?.optimizer.explain(id)
    const isSettled = known !== undefined && !('calm' in known.record)
    return isSettled ? known : (this.#unmatched?.explain(id) ?? known)
  }

  /** The application serves our metrics itself, so an SDK is not missing. */
  exposed(): void {
    if (this.#isExposed) return
    this.#isExposed = true
    this.#findings.remove('no SDK')
  }

  reportDoubled(scopes: readonly DoublingScope[]): void {
    for (const { scope, text } of scopes) this.#findings.add(`doubled by ${scope}`, text)
  }

  /** This process gives signals and has no loop. @param why - for people */
  onlyMeasures(why: string): void {
    this.#findings.add(
      'signals only',
      `this process only measures signals, without rules, forecasts or actions, because ${why}`,
      'info',
    )
  }

  /** The stall guard has kept locks of jobs while the event loop was blocked, or could not. */
  reportStall(receipt: StallReceipt): void {
    const line = receiptText(receipt)
    this.#stalls = [...this.#stalls, { ...receipt, line }].slice(-MOST_STALLS)
    this.#findings.note(line, receipt.rescued.every(({ outcome }) => outcome === 'kept') ? 'info' : 'warn')
  }

  get findings(): Findings {
    return this.#findings
  }

  get isExporting(): boolean {
    return this.#context.readers.size > 0
  }

  alerts(): AlertStatus[] {
    return this.#parts ? alertsIn(this.#parts.optimizer) : []
  }

  report(): Report {
    const { service, options } = this.#context
    const { optimizer, keeper, forecasting } = this.#parts!
    const coordinator = this.#coordinator()
    const knobs = reportedKnobs({ ...this.#context, optimizer, standing: this.#parts!.automation.standing() })
    const { state } = optimizer.killSwitch
    return createReport({
      at: new Date().toISOString(),
      version: VERSION,
      mode: optimizer.mode,
      stoppedBy: state.tripped ? state.by : undefined,
      service: service.current,
      watched: this.#watched(),
      attachedTo: this.#attachedTo(),
      coordinator,
      alerts: this.alerts(),
      advice: optimizer.advice,
      stalls: this.#stalls,
      trials: optimizer.trials.all.slice(-MOST_TRIALS).map(reportedTrial),
      proofs: optimizer.proofs.known.map(reportedProof),
      evidence: optimizer.evidence(),
      knobs: knobs.map(({ isOutside: _, ...knob }) => knob),
      forecasts: forecasting.reported,
      kept: whereKept(
        keeper.keeping,
        keeper.folderFault,
        typeof options.coordinator === 'object' ? givenName(options.coordinator, 'the given coordinator') : coordinator,
        knobs.some(({ isOutside, mode }) => isOutside && mode === 'act'),
      ),
      findings: this.#findings.all,
      unmatchedRules: this.#unmatched?.all ?? [],
    })
  }

  #read(entry: LedgerEntry): void {
    this.#ticks++
    if (this.#ticks === 1) this.#log.write('info', this.#startLine())
    if (this.#ticks === TICKS_UNTIL_CHECKED) this.#check()
    this.#unmatched?.tick(entry.now)
    for (const { level, text } of ledgerNews(entry)) this.#log.write(level, text)
  }

  #startLine(): string {
    const { service, modes } = this.#context
    const { keeper } = this.#parts!
    return startLine({
      version: VERSION,
      mode: this.#parts!.optimizer.mode,
      service: service.current,
      watched: this.#watched(),
      attachedTo: this.#attachedTo(),
      way: this.#way ?? this.#context.ownWay(),
      learned: learnedWhere(keeper.keeping, keeper.folderFault),
      modes,
    })
  }

  /** Looks for faults that only show once the SDK has started. */
  #check(): void {
    const watched = this.#watched()
    const missing = watched.filter(({ isOn }) => !isOn).map(({ name }) => name)
    if (watched.length === 0)
      this.#findings.add(
        'nothing watched',
        'nothing is measured: every package that measures is turned off in the options',
      )
    else if (missing.length === watched.length)
      this.#findings.add(
        'nothing measured',
        'nothing is measured: give [...h.instrumentations] to NodeSDK({ instrumentations }) or to registerInstrumentations()',
      )
    else if (missing.length > 0)
      this.#findings.add(
        'partly measured',
        `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not measured: give all of h.instrumentations to the SDK, or turn ${missing.length === 1 ? 'it' : 'them'} off in the options`,
      )
    const { folderFault } = this.#parts!.keeper
    if (folderFault !== undefined)
      this.#findings.add('state folder', `nothing is kept in the state folder: ${folderFault}`)
    const others = othersRunning(this).filter(other => other.isExporting)
    if (others.length > 0 && this.isExporting)
      this.#findings.add(
        'two Homeostats',
        `${others.length + 1} Homeostats of this process are attached to readers, so that each metric is exported ${others.length + 1} times: stop() all but one`,
      )
    if (this.#context.service.isSettled && !this.#context.service.current && this.#wantsToShare())
      this.#findings.add(
        'no name',
        'the service has no name, so it has no coordinator and keeps nothing: set OTEL_SERVICE_NAME or the option service',
      )
  }

  #attachedTo(): string[] {
    return [...this.#context.readers].map(reader => classNameOf(reader) ?? 'a reader')
  }

  #wantsToShare(): boolean {
    const { coordinator, stateStore, stateDir } = this.#context.options
    return typeof coordinator === 'string' || typeof stateStore === 'string' || stateDir !== undefined
  }

  #watched(): WatchedPackage[] {
    const { domains, modes, faults } = this.#context
    return watchedPackages(domains, modes, faults)
  }

  #coordinator(): string {
    const { state } = this.#parts!.automation.fleet
    switch (state.coordinator) {
      case 'none':
        return `none: ${state.reason ?? 'none is set'}`
      case 'unreachable':
        return `${state.name} cannot be reached: ${state.reason}`
      case 'reachable':
        return `${state.name}, ${counted(state.members, 'process', 'processes')}`
    }
  }
}
