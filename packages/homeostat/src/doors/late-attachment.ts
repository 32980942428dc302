import type { MeterProvider } from '@opentelemetry/api'
import type { Faults } from '@homeostat/signals'
import { every } from '@homeostat/signals'
import type { HomeostatInstrumentation } from './engine-instrumentation.ts'
import type { HomeostatOptions } from '../options/options.ts'
import type { Attachments } from './attachments.ts'
import { globalMeterProvider } from './global-provider.ts'
import { readersOf } from './readers-of.ts'

/**
 * How often an SDK is looked for, and until when. At first soon enough to be there before the application's main module, which an
 * SDK that is imported later precedes; one that starts after half a minute is rare.
 */
const PACES = [
  { everyMs: 25, untilMs: 2000 },
  { everyMs: 500, untilMs: 30_000 },
  { everyMs: 5000, untilMs: Infinity },
] as const

/** How the metrics of Homeostat reach a backend. */
export type Way =
  /** Somebody called `attach()`, or the readers of the SDK were found. */
  | { readonly to: 'readers' }
  /** The readers cannot be found, so the application's own metrics cannot be seen. */
  | { readonly to: 'meter'; readonly provider: string }
  /** The provider has no reader. */
  | { readonly to: 'nobody' }

export interface LateAttachmentContext {
  readonly attachments: Attachments
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly faults: Faults
  readonly options: Pick<HomeostatOptions, 'attachReaders'>
  /** Takes which way was found, once; later than the first tick as well. */
  readonly onFound: (way: Way) => void
  /** Takes the version of `@opentelemetry/api` that hides the provider from ours. */
  readonly onHidden: (version: string) => void
  /** No SDK has started for half a minute. */
  readonly onNone: () => void
}

/**
 * Attaches the readers that somebody else built: an SDK that the environment, a YAML file or the application's own code
 * starts, before or after Homeostat. Nobody has to call `attach()`.
 *
 * It is given the provider that the SDK hands to instrumentations, or finds the registered one. Reading the provider changes
 * nothing; an attached reader collects no more often than before.
 */
export class LateAttachment implements Disposable {
  readonly #context: LateAttachmentContext
  #looking: Disposable | undefined
  #isFound = false
  /** The provider that the SDK has handed to our instrumentations. */
  #handed: unknown

  constructor(context: LateAttachmentContext) {
    this.#context = context
  }

  /** Takes the provider that the SDK hands to instrumentations; what is not attached goes through its Meter. */
  take(provider: object): void {
    this.#handed = provider
    if (this.#context.attachments.readers.size > 0) return this.#found({ to: 'readers' })
    if (this.#attach(provider)) return
    this.#context.attachments.tidy(provider)
    // Before an SDK starts, there is one that drops everything.
    if (classOf(provider) !== 'NoopMeterProvider') this.#found(wayThrough(provider))
  }

  /** Looks for the registered provider until there is one. */
  watch(): void {
    if (this.#isFound || this.#looking) return
    if (this.#context.attachments.readers.size > 0) this.#found({ to: 'readers' })
    else this.#lookAt(0, performance.now())
  }

  [Symbol.dispose](): void {
    this.#looking?.[Symbol.dispose]()
    this.#looking = undefined
    this.#isFound = true
  }

  /** Looks at one pace after the other. */
  #lookAt(pace: number, since: number): void {
    const { everyMs, untilMs } = PACES[pace]!
    this.#looking?.[Symbol.dispose]()
    this.#looking = every(everyMs, () => {
      this.#look()
      if (this.#isFound || performance.now() - since < untilMs) return
      this.#lookAt(pace + 1, since)
      if (pace + 2 === PACES.length) this.#context.onNone()
    })
  }

  #look(): void {
    if (this.#context.attachments.readers.size > 0) return this.#found({ to: 'readers' })
    const found = globalMeterProvider()
    if (found) this.#use(found.provider, found.hiddenBy)
  }

  #use(provider: MeterProvider, hiddenBy: string | undefined): void {
    const { instrumentations, onHidden } = this.#context
    if (!this.#attach(provider) && this.#handed !== provider)
      for (const each of instrumentations) each.setMeterProvider(provider)
    this.#found(wayThrough(provider))
    if (hiddenBy !== undefined) onHidden(hiddenBy)
    // An SDK that somebody else starts does not know our instrumentations.
    if (instrumentations.some(each => each.getConfig().enabled)) return
    for (const each of instrumentations) each.enable()
  }

  #attach(provider: unknown): boolean {
    const { attachments, options, faults } = this.#context
    const readers = options.attachReaders === false ? undefined : readersOf(provider)
    if (readers === undefined || readers.length === 0) return false
    for (const reader of readers) faults.contain('telemetry', () => attachments.attach(reader))
    this.#found({ to: 'readers' })
    return true
  }

  #found(way: Way): void {
    if (this.#isFound) return
    this[Symbol.dispose]()
    this.#context.onFound(way)
  }
}

function wayThrough(provider: object): Way {
  return readersOf(provider)?.length === 0 ? { to: 'nobody' } : { to: 'meter', provider: classOf(provider) }
}

function classOf(provider: object): string {
  const name: unknown = provider.constructor?.name
  return typeof name === 'string' && /^[\w$]{1,60}$/.test(name) ? name : 'the MeterProvider'
}
