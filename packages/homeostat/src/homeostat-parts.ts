import type { Action, Domain, LedgerListener } from '@homeostat/optimizer'
import { isAdvice, Optimizer } from '@homeostat/optimizer'
import { steadyNow } from '@homeostat/optimizer/parts'
import { limitRetainedBytes, type Faults } from '@homeostat/signals'
import { warnAtStart } from '@homeostat/signals/options'
import { attachmentsFor, type Attachments } from './doors/readers/attachments.ts'
import type { AttachTarget } from './doors/readers/attach.ts'
import { LateAttachment } from './doors/late-attachment.ts'
import { createAutomation, type Automation } from './acting/automation.ts'
import { endEach } from './lifecycle/time-limit.ts'
import { Keeper } from './state/keeper.ts'
import { DatadogDoor } from './doors/otlp/datadog-door.ts'
import { SdkOfFile } from './doors/sdk-of-file.ts'
import { OtlpDoor } from './doors/otlp/otlp-door.ts'
import { ServiceName } from './doors/service-name.ts'
import { domainsOf } from './domains/domains.ts'
import { EngineInstrumentation, type HomeostatInstrumentation } from './doors/engine-instrumentation.ts'
import { fileProgramOf } from './program/file-program.ts'
import { Forecasting } from './methods/forecasting.ts'
import { observeObjects } from './doors/observed-objects.ts'
import { KillSwitches } from './acting/kill-switches.ts'
import { governReflexes, governServiceGuards, governStallGuards } from './acting/stall-guards.ts'
import { Reporter } from './report/reporter.ts'
import { announce } from './lifecycle/running-homeostats.ts'
import type { Modes } from './options/modes.ts'
import { readModes } from './options/modes.ts'
import { ConsoleDoor } from './inspection/console-door.ts'
import { InspectionSocket, type Inspected } from './inspection/inspection-socket.ts'
import { allowedKnobs } from './proof/allowed-knobs.ts'
import { ProveDoor } from './proof/prove-door.ts'
import type { HomeostatOptions } from './options/options.ts'
import { DEFAULT_INTERVAL_MS } from './options/option-schema.ts'
import { NO_PROGRAM } from './options/given-program.ts'
import { actionsOf } from './program/program.ts'
import { ProgramOfOptions } from './program/program-of-options.ts'
import { Rhythm } from './lifecycle/rhythm.ts'
import type { ProgramFiles } from './reload/program-files.ts'
import type { CheckedOptions } from './options/read-options.ts'
import { signalsOnlyOptions, whySignalsOnly } from './doors/signals-only.ts'
import { withUniqueNames } from './options/unique-names.ts'

/**
 * Everything that a Homeostat is made of, put together and wired. The parts know each other through what they are given here, and
 * nothing runs before {@link start}.
 */
export class HomeostatParts {
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly optimizer: Optimizer
  readonly attachments: Attachments
  readonly late: LateAttachment
  readonly reporter: Reporter
  readonly forecasting: Forecasting
  /** Whether there is no loop: the process measures and does nothing else. */
  readonly isSignalsOnly: boolean
  readonly autoStart: boolean
  readonly #rhythm: Rhythm
  readonly #otlp: OtlpDoor
  readonly #datadog: DatadogDoor
  readonly #sdkOfFile: SdkOfFile
  readonly #automation: Automation
  readonly #keeper: Keeper
  readonly #killSwitches: KillSwitches
  readonly #files: ProgramFiles | undefined
  readonly #inspection: InspectionSocket | undefined
  readonly #proofs: ProveDoor
  readonly #console: ConsoleDoor | undefined
  readonly #program: ProgramOfOptions
  readonly #faults: Faults
  readonly domains: readonly Domain[]
  /** Settles when the rules and responses of the options are in force. */
  readonly #loaded: Promise<void> | undefined

  /** @param made - receives the functions that end the parts which were made, for when a later part fails */
  constructor(checked: CheckedOptions, made: (() => unknown)[]) {
    const whyOnly = whySignalsOnly(checked.options)
    const isSignalsOnly = (this.isSignalsOnly = whyOnly !== undefined)
    const wanted = isSignalsOnly ? signalsOnlyOptions(checked.options) : checked.options
    const { options, domains } = withUniqueNames(wanted, domainsOf(wanted), warnAtStart)
    this.domains = domains.map(([domain]) => domain)
    const { intervalMs = DEFAULT_INTERVAL_MS } = options
    this.autoStart = options.autoStart ?? true
    const modes = readModes({ ...checked, options }, domains, warnAtStart)
    limitRetainedBytes(options.maxRetainedBytes)
    const service = new ServiceName(options)
    const engine = new EngineInstrumentation({
      onMeterProvider: provider => this.late.take(provider),
      onProvider: provider => service.offer(provider),
    })
    const faults = (this.#faults = engine.registry.faults)
    const isStopped = (): boolean => this.optimizer.killSwitch.state.tripped
    const parts = { options, domains, modes, service, faults }
    this.#automation = createAutomation({ ...parts, isStopped })
    this.instrumentations = [engine, ...domains.flatMap(([{ instrumentation }]) => instrumentation ?? [])]
    const onDoubled: AttachTarget['onDoubled'] = scopes => this.reporter.reportDoubled(scopes)
    const optimizer = (): Optimizer => this.optimizer
    const doors = { instrumentations: this.instrumentations, options, faults }
    const { environment = process.env } = options
    const exported = { ...doors, service, environment, findings: () => this.reporter.findings }
    const otlp = (this.#otlp = new OtlpDoor({ ...exported, hasReaders: () => this.attachments.readers.size > 0 }))
    const datadog = (this.#datadog = new DatadogDoor(exported))
    this.#sdkOfFile = new SdkOfFile(exported)
    const takeOver = (): boolean => [datadog.takeOver(), otlp.takeOver()].includes(true)
    const attachments = (this.attachments = attachmentsFor({ ...doors, service, optimizer, onDoubled, takeOver }))
    const { readers } = attachments
    const reporter = (this.reporter = new Reporter({ ...parts, readers, ownWay: () => otlp.way }))
    this.late = new LateAttachment({
      ...doors,
      attachments,
      besideDatadog: provider => datadog.open(provider),
      ...reporter.doors,
    })
    let isMade = false
    const notice = (text: string): void => (isMade ? reporter.notice(text) : warnAtStart(text))
    const given = isSignalsOnly ? NO_PROGRAM : checked.program
    const program = (this.#program = new ProgramOfOptions(given, parts, faults))
    const actions = [...actionsOf(parts), ...this.#automation.actions]
    const { fleet } = this.#automation
    this.optimizer = optimizerOf({
      engine,
      instrumentations: this.instrumentations,
      program,
      actions,
      fleet,
      modes,
      options,
    })
    this.#loaded = program.load(this.optimizer)
    const mayProve = !isSignalsOnly && (options.prove?.length ?? 0) > 0
    const mayAct = mayProve || actions.some(action => !isAdvice(action) && modes.ofAction(action.name) === 'act')
    const { store, killSwitch } = this.optimizer
    killSwitch.onTrip(() => this.#automation.undoAll())
    const loop = {
      store,
      intervalMs,
      on: (listener: LedgerListener): Disposable => this.optimizer.on(listener),
      modeNow: (action: string) => this.optimizer.modeNow(action),
    }
    const forecasting = (this.forecasting = new Forecasting({ domains: isSignalsOnly ? [] : domains, faults, loop }))
    made.push(
      () => this.optimizer.stop(),
      () => forecasting.stop(),
    )
    this.#keeper = new Keeper({ options, domains, service, faults, optimizer: this.optimizer, forecasting })
    this.#killSwitches = new KillSwitches({ options, killSwitch, faults, mayAct, notice })
    made.push(() => this.#killSwitches[Symbol.asyncDispose]())
    governServiceGuards({ domains, modes, killSwitch })
    if (!isSignalsOnly) governReflexes({ domains, modes, killSwitch })
    if (!isSignalsOnly)
      governStallGuards({ domains, modes, killSwitch, onReceipt: receipt => reporter.reportStall(receipt) })
    this.#files = fileProgramOf({ ...parts, own: program.own, intervalMs, faults, optimizer: this.optimizer, notice })
    made.push(() => this.#files?.[Symbol.dispose]())
    const waits = { service, readers, loaded: this.#loaded, resume: () => this.#resume() }
    this.#rhythm = new Rhythm({ intervalMs, optimizer: this.optimizer, faults, ...waits })
    const allowed = allowedKnobs(options.prove ?? [], this.#automation.knobs, notice)
    const proven = { knobs: this.#automation.knobs, actions, allowed, maxMode: modes.max, clock: steadyNow }
    this.#proofs = new ProveDoor({ ...proven, intervalMs, faults, optimizer: this.optimizer })
    if (options.inspection === true || mayProve) this.#inspection = this.#inspectionOf(notice)
    if (options.console)
      this.#console = new ConsoleDoor(options.console, (text, level) => reporter.findings.note(text, level))
    reporter.follow({ optimizer: this.optimizer, automation: this.#automation, keeper: this.#keeper, forecasting })
    attachments.hold(this.late, announce(reporter), reporter)
    made.push(() => this.stop())
    isMade = true
    if (whyOnly !== undefined) reporter.onlyMeasures(whyOnly)
  }

  /** Begins to tick, and to look for an SDK that somebody else starts. A process that only measures has no timer unless it exports. */
  start(shown: object): void {
    if (this.isSignalsOnly) {
      this.#otlp.open()
      if (this.#otlp.way !== undefined) this.late.watch()
      return
    }
    this.watch()
    if (this.#rhythm.isOver) return
    this.#killSwitches.start()
    this.#rhythm.start()
    void this.#inspection?.open()
    this.#console?.open(shown)
  }

  /** Gives objects of the application to the packages that measure them. */
  observe(objects: unknown): void {
    observeObjects(objects, {
      domains: this.domains,
      faults: this.#faults,
      notice: text => this.reporter.notice(text),
    })
  }

  /** Whether a domain finds that this process gets more work than it can serve. */
  isUnderPressure(): boolean {
    return this.domains.some(domain => this.#faults.contain('signal', () => domain.isUnderPressure?.()) === true)
  }

  /** Looks for an SDK that somebody else starts, and exports without one where the environment says where. */
  watch(): void {
    this.late.watch()
    this.#otlp.open()
  }

  /** The same, and starts the SDK that a file configures if nobody else starts one. */
  watchAndStartSdk(): void {
    this.late.lookAtOnce()
    this.#sdkOfFile.start()
    this.watch()
  }

  /** Ends each part, whatever the others do, and gives readers and libraries back as they were. */
  async stop(): Promise<void> {
    this.#rhythm.stop()
    const endings = {
      'the rules of the options': () => this.#program[Symbol.dispose](),
      'the program files': () => this.#files?.[Symbol.dispose](),
      'the proof': () => this.#proofs[Symbol.asyncDispose](),
      'the socket for questions': () => this.#inspection?.[Symbol.asyncDispose](),
      'the console': () => this.#console?.[Symbol.asyncDispose](),
      'the kill switches': () => this.#killSwitches[Symbol.asyncDispose](),
      'the loop': () => this.optimizer.stop(),
      'the last export': () => this.#otlp[Symbol.asyncDispose](),
      'the SDK of OTEL_CONFIG_FILE': () => this.#sdkOfFile[Symbol.asyncDispose](),
      'the last export to the Agent': () => this.#datadog[Symbol.asyncDispose](),
      ...this.#automation.endings,
      ...this.#keeper.endings,
    }
    await endEach(endings, error => this.#faults.report('tick', error))
    for (const instrumentation of this.instrumentations) this.#faults.contain('signal', () => instrumentation.disable())
    this.attachments[Symbol.dispose]()
  }

  /** Settles when the state of an earlier process of the service is read. */
  get resumed(): Promise<unknown> | undefined {
    return this.#rhythm.resumed
  }

  /** Settles when all rules and responses are in force, and the saved state is in use. */
  async programLoaded(): Promise<void> {
    await this.#loaded
    await this.#files?.loaded
    await this.#rhythm.ready()
  }

  /** Answers other processes of the same user. */
  #inspectionOf(onFault: (text: string) => void): InspectionSocket {
    const { reporter } = this
    const answers: Inspected = {
      report() {
        const report = reporter.report()
        return { report, text: String(report) }
      },
      explain: id => ({
        alerts: id === undefined ? reporter.alerts() : [],
        explanation: id === undefined ? undefined : reporter.explain(id),
      }),
      prove: question => this.#proofs.answer(question),
    }
    return new InspectionSocket(answers, onFault)
  }

  /** Restores the state and the forecasts of an earlier process of the service. */
  #resume(): Promise<unknown> {
    this.#automation.start()
    return this.#keeper.start()
  }
}

interface LoopParts {
  readonly engine: EngineInstrumentation
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly program: ProgramOfOptions
  readonly actions: readonly Action[]
  readonly fleet: Automation['fleet']
  readonly modes: Modes
  readonly options: HomeostatOptions
}

function optimizerOf({ engine, instrumentations, program, actions, fleet, modes, options }: LoopParts): Optimizer {
  const { intervalMs = DEFAULT_INTERVAL_MS, budget, warmUpMs, environment } = options
  return new Optimizer({
    registries: [engine.registry, ...instrumentations.slice(1).map(({ registry }) => registry)],
    ...program.atOnce,
    actions,
    fleet,
    modeOf: action => modes.ofAction(action),
    intervalMs,
    ...(budget && { budget }),
    ...(warmUpMs !== undefined && { warmUpMs }),
    ...(environment && { environment }),
  })
}
