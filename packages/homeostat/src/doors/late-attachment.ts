import type { MeterProvider } from '@opentelemetry/api'
import type { Faults } from '@homeostat/signals'
import { every } from '@homeostat/signals'
import type { HomeostatInstrumentation } from './engine-instrumentation.ts'
import type { HomeostatOptions } from '../options/options.ts'
import type { Attachments } from './readers/attachments.ts'
import { classNameOf } from './class-name.ts'
import { globalMeterProvider } from './global-provider.ts'
import { isDatadogProvider } from './otlp/datadog.ts'
import { readersOf } from './readers/readers-of.ts'

/**
 * How often Homeostat looks for an SDK, and until when. The first pace is short enough to find the SDK of a later
 * `--import` before the application's main module runs. After half a minute, an SDK rarely starts or is replaced.
 */
const PACES = [
  { everyMs: 25, untilMs: 2000 },
  { everyMs: 500, untilMs: 30_000 },
  { everyMs: 5000, untilMs: Infinity },
] as const
const SLOWEST = PACES.length - 1
/** The provider before an SDK starts. It drops everything. */
const NOOP_CLASS = 'NoopMeterProvider'

/** How the metrics of Homeostat reach a backend. */
export type Way =
  /** The application called `attach()`, or the readers of the SDK were found. */
  | { readonly to: 'readers' }
  /** The readers cannot be found, so the application's own metrics cannot be seen. */
  | { readonly to: 'meter'; readonly provider: string }
  /** The provider is the one of dd-trace. Histograms go to an endpoint, or nowhere. */
  | { readonly to: 'datadog'; readonly endpoint: string | undefined }
  /** The provider has no reader. */
  | { readonly to: 'nobody' }
  /** There is no SDK, and Homeostat sends its metrics itself. */
  | { readonly to: 'endpoint'; readonly endpoint: string }
  /** The readers serve another Homeostat of this process, or that one sends the metrics itself. */
  | { readonly to: 'another' }

export interface LateAttachmentContext {
  readonly attachments: Attachments
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly faults: Faults
  readonly options: Pick<HomeostatOptions, 'attachReaders'>
  /** Exports beside dd-trace, through its provider. Returns where histograms go. */
  readonly besideDatadog: (provider: object) => string | undefined
  /** Takes the way that was found, once per provider, before or after the first tick. */
  readonly onFound: (way: Way) => void
  /** Takes the version of `@opentelemetry/api` that hides the provider from ours. */
  readonly onHidden: (version: string) => void
  /** No SDK has started for half a minute. */
  readonly onNone: () => void
}

/**
 * Attaches the readers of an SDK without a call of `attach()`. The environment, a YAML file or the application's own code may start
 * the SDK, before or after Homeostat, and may replace it later.
 *
 * It uses the provider that the SDK hands to instrumentations, or else the registered one. Reading the provider changes
 * nothing; an attached reader collects no more often than before.
 */
export class LateAttachment implements Disposable {
  readonly #context: LateAttachmentContext
  #looking: Disposable | undefined
  #isOver = false
  /** The provider that the SDK has handed to our instrumentations. The registered provider is ignored from then on. */
  #handed: object | undefined
  /** The provider in use. Readers that were attached by hand are used instead of its own. */
  #used: object | undefined
  #way: Way | undefined
  /** The readers of the provider in use that were attached here. */
  readonly #found = new Set<object>()

  constructor(context: LateAttachmentContext) {
    this.#context = context
  }

  /** Takes the provider that the SDK hands to instrumentations. If its readers cannot be attached, metrics go through its Meter. */
  take(provider: object): void {
    if (this.#isOver || classNameOf(provider) === NOOP_CLASS) return
    this.#handed = provider
    if (this.#use(provider).to === 'meter') this.#context.attachments.tidy(provider)
  }

  /**
   * Attaches an SDK that runs already. Its reader may be due before any timer of ours: a counter that it delivers as deltas then
   * loses its first value for good.
   */
  lookAtOnce(): void {
    if (!this.#isOver) this.#look()
  }

  /** Looks for a provider, and then for another one in its place. */
  watch(): void {
    if (this.#isOver || this.#looking) return
    if (this.#hasByHand) this.#report({ to: 'readers' })
    else this.#lookAt(0, performance.now())
  }

  [Symbol.dispose](): void {
    this.#looking?.[Symbol.dispose]()
    this.#looking = undefined
    this.#isOver = true
  }

  /** Looks at one pace after the other. */
  #lookAt(pace: number, since: number): void {
    const { everyMs, untilMs } = PACES[pace]!
    this.#looking?.[Symbol.dispose]()
    this.#looking = every(everyMs, () => {
      this.#look()
      if (this.#way && pace < SLOWEST) return this.#lookAt(SLOWEST, since)
      if (performance.now() - since < untilMs) return
      this.#lookAt(pace + 1, since)
      if (pace + 1 === SLOWEST) this.#context.onNone()
    })
  }

  #look(): void {
    const registered = this.#handed ? undefined : globalMeterProvider()
    const provider = this.#handed ?? registered?.provider
    if (provider) this.#use(provider)
    else if (this.#hasByHand && !this.#way) this.#report({ to: 'readers' })
    if (registered?.hiddenBy !== undefined) this.#context.onHidden(registered.hiddenBy)
  }

  /** Whether the application has called `attach()`. */
  get #hasByHand(): boolean {
    return this.#context.attachments.readers.size > this.#found.size
  }

  #use(provider: object): Way {
    // Readers that served another Homeostat may be free by now.
    if (this.#used === provider && this.#way && this.#way.to !== 'another') return this.#way
    if (this.#used) this.#leave()
    this.#used = provider
    this.#context.attachments.takeOver()
    const way = this.#hasByHand ? ({ to: 'readers' } as const) : this.#attachTo(provider)
    const { attachments, instrumentations } = this.#context
    if (way.to === 'another') attachments.withhold()
    // An SDK that was started without our instrumentations does not give them its provider.
    if (this.#handed === undefined && !this.#hasByHand) {
      if (way.to === 'meter' || way.to === 'nobody')
        for (const each of instrumentations) each.setMeterProvider(provider as MeterProvider)
      if (!instrumentations.some(each => each.getConfig().enabled)) for (const each of instrumentations) each.enable()
    }
    this.#report(way)
    return way
  }

  /** Detaches the readers of a replaced SDK: they collect nothing any more, and the new SDK has its own. */
  #leave(): void {
    const { attachments } = this.#context
    if (this.#hasByHand) return
    for (const reader of this.#found) attachments.detach(reader)
    this.#found.clear()
    attachments.release()
  }

  #attachTo(provider: object): Way {
    const { attachments, options, faults } = this.#context
    if (isDatadogProvider(provider)) return { to: 'datadog', endpoint: this.#context.besideDatadog(provider) }
    const readers = readersOf(provider)
    if (readers?.length === 0) return { to: 'nobody' }
    let isAnothers = false
    for (const reader of options.attachReaders === false ? [] : (readers ?? [])) {
      faults.contain('telemetry', () => {
        if (attachments.attach(reader)) this.#found.add(reader)
        else isAnothers = true
      })
    }
    if (this.#found.size > 0) return { to: 'readers' }
    return isAnothers ? { to: 'another' } : { to: 'meter', provider: classNameOf(provider) ?? 'the MeterProvider' }
  }

  #report(way: Way): void {
    const isNews = way.to !== this.#way?.to || way.to !== 'another'
    this.#way = way
    if (isNews) this.#context.onFound(way)
  }
}
