import Module from 'node:module'
import { isAbsolute, sep } from 'node:path'
import type { MeterProvider } from '@opentelemetry/api'
import { errorType, ignoreRejection, within, type Faults } from '@homeostat/signals'
import { fieldOf, textIn, type Environment } from '@homeostat/signals/options'
import { beforeMain } from './before-main.ts'
import type { HomeostatInstrumentation } from './engine-instrumentation.ts'
import { globalMeterProvider, hasSdk } from './global-provider.ts'
import { isLastPreload } from './preloads.ts'
import { registeredApi } from './registered-api.ts'

/** The last export of the SDK delays the end of the process by no more. */
const LONGEST_SHUTDOWN_MS = 5000

/** An SDK that was started, as far as it is used here. */
interface StartedSdk {
  shutdown(): Promise<unknown>
}

/** Takes findings about the SDK. */
export interface SdkFindings {
  add(key: string, text: string, level?: 'info' | 'warn'): void
  /** `diag` writes to the console from now on. */
  diagIsOnConsole(): void
}

/** The parts of Homeostat that the start of an SDK uses. */
export interface SdkOfFileContext {
  readonly environment: Environment
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly faults: Faults
  readonly findings: () => SdkFindings
}

/**
 * Starts the SDK that the application has installed from the file in `OTEL_CONFIG_FILE`, where nobody else starts one. Upstream's own
 * `register` does not read that file.
 */
export class SdkOfFile implements AsyncDisposable {
  readonly #context: SdkOfFileContext
  #waiting: Disposable | undefined
  #sdk: StartedSdk | undefined

  constructor(context: SdkOfFileContext) {
    this.#context = context
  }

  /** Before the application's own modules, and after those of later flags, which may start an SDK. */
  start(): void {
    const { environment } = this.#context
    const file = textIn(environment, 'OTEL_CONFIG_FILE')?.trim() ?? ''
    if (file === '' || hasSdk()) return
    if (isLastPreload(process.execArgv, textIn(environment, 'NODE_OPTIONS'))) return this.#startContained()
    // A flag that throws would end the application, e.g. on a Node without synchronous hooks.
    this.#waiting = this.#context.faults.contain('telemetry', () =>
      beforeMain(() => {
        if (!hasSdk()) this.#startContained()
      }),
    )
  }

  /** Ends the SDK with a last export, within five seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#waiting?.[Symbol.dispose]()
    process.off('beforeExit', this.#shutDown)
    await this.#end()
  }

  #startContained(): void {
    this.#context.faults.contain('telemetry', () => this.#start())
  }

  #start(): void {
    const application = Module.createRequire(mainPath())
    const findings = this.#context.findings()
    const startNodeSdk = this.#startNodeSdk(application)
    if (startNodeSdk === undefined) return
    const contrib = contribInstrumentations(application)
    const instrumentations = [...contrib, ...this.#context.instrumentations]
    const diag = registeredDiag()
    try {
      this.#sdk = startNodeSdk({ instrumentations }) as StartedSdk
      // The SDK sets its own, so that its errors are visible. It does not for a file with `disabled: true`.
      if (registeredDiag() !== diag) findings.diagIsOnConsole()
    } catch (error) {
      findings.add('SDK of file', `the SDK cannot be started from OTEL_CONFIG_FILE (${errorType(error)})`)
      return
    }
    process.on('beforeExit', this.#shutDown)
    const provider = globalMeterProvider()?.provider
    if (provider === undefined && !hasSdk()) {
      findings.add(
        'SDK of file',
        'the SDK did not start from OTEL_CONFIG_FILE: the file has `disabled: true`, or it cannot be used, and an error line of the SDK gives the reason',
      )
      return
    }
    // The SDK registers instrumentations before it has a provider, and never gives it to them.
    if (provider !== undefined) for (const each of instrumentations) giveProvider(each, provider)
    const measured = contrib.length > 0 ? ' and the instrumentations of @opentelemetry/auto-instrumentations-node' : ''
    findings.add(
      'SDK of file',
      `no SDK was started, so Homeostat started the one of OTEL_CONFIG_FILE${measured}`,
      'info',
    )
  }

  #startNodeSdk(application: NodeJS.Require): ((options: object) => unknown) | undefined {
    const findings = this.#context.findings()
    const path = resolved(application, '@opentelemetry/sdk-node')
    if (path === undefined) {
      findings.add(
        'SDK of file',
        'OTEL_CONFIG_FILE is not used, because the application has no @opentelemetry/sdk-node: npm install @opentelemetry/sdk-node',
      )
      return undefined
    }
    try {
      const sdk: unknown = application(path)
      // SDK 2 spells it differently.
      const start = fieldOf(sdk, 'startNodeSdk') ?? fieldOf(sdk, 'startNodeSDK')
      if (typeof start === 'function') return options => start(options) as unknown
      findings.add(
        'SDK of file',
        'OTEL_CONFIG_FILE is not used, because the installed @opentelemetry/sdk-node is too old to read it: update it',
      )
    } catch (error) {
      findings.add(
        'SDK of file',
        `OTEL_CONFIG_FILE is not used, because @opentelemetry/sdk-node cannot be loaded (${errorType(error)})`,
      )
    }
    return undefined
  }

  async #end(): Promise<void> {
    const sdk = this.#sdk
    this.#sdk = undefined
    if (sdk === undefined) return
    const late = (): Error => new SdkShutdownLateError()
    await within(LONGEST_SHUTDOWN_MS, () => sdk.shutdown(), late, { holdsProcess: true }).catch(ignoreRejection)
  }

  /** The process has nothing else to do. */
  readonly #shutDown = (): void => {
    process.off('beforeExit', this.#shutDown)
    void this.#end()
  }
}

/** An SDK takes too long to end, and the process does not wait for it. */
class SdkShutdownLateError extends Error {
  override readonly name = 'SdkShutdownLateError'
  readonly code = 'HOMEOSTAT_SDK_SHUTDOWN_LATE'

  constructor() {
    super(`the SDK of OTEL_CONFIG_FILE has not ended within ${LONGEST_SHUTDOWN_MS} ms`)
  }
}

/** The logger that is set for `diag`. */
function registeredDiag(): unknown {
  return fieldOf(registeredApi(), 'diag')
}

/** Packages are looked for where the application would find them. */
function mainPath(): string {
  const main = process.argv[1]
  return main !== undefined && isAbsolute(main) ? main : `${process.cwd()}${sep}`
}

function resolved(application: NodeJS.Require, name: string): string | undefined {
  try {
    return application.resolve(name)
  } catch {
    return undefined
  }
}

/** The instrumentations of the application's `@opentelemetry/auto-instrumentations-node`; none where it is not installed. */
function contribInstrumentations(application: NodeJS.Require): readonly object[] {
  const path = resolved(application, '@opentelemetry/auto-instrumentations-node')
  if (path === undefined) return []
  try {
    const make = fieldOf(application(path), 'getNodeAutoInstrumentations')
    const made: unknown = typeof make === 'function' ? make() : []
    return Array.isArray(made) ? (made as object[]) : []
  } catch {
    return []
  }
}

function giveProvider(instrumentation: object, provider: MeterProvider): void {
  const set = fieldOf(instrumentation, 'setMeterProvider')
  try {
    if (typeof set === 'function') set.call(instrumentation, provider)
  } catch {
    // An instrumentation of somebody else; the others still get it.
  }
}
