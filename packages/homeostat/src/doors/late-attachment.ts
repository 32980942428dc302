import type { MeterProvider } from '@opentelemetry/api'
import type { Faults } from '@homeostat/signals'
import { every } from '@homeostat/signals'
import type { HomeostatInstrumentation } from './engine-instrumentation.ts'
import type { HomeostatOptions } from '../options/options.ts'
import type { Attachments } from './attachments.ts'
import { classNameOf } from './class-name.ts'
import { globalMeterProvider } from './global-provider.ts'
import { readersOf } from './readers-of.ts'

/**
 * How often an SDK is looked for, and until when. At first soon enough to be there before the application's main module, which an
 * SDK that is imported later precedes; one that starts after half a minute is rare, and so is one that is started anew.
 */
const PACES = [
  { everyMs: 25, untilMs: 2000 },
  { everyMs: 500, untilMs: 30_000 },
  { everyMs: 5000, untilMs: Infinity },
] as const
const SLOWEST = PACES.length - 1
/** Before an SDK starts, there is a provider that drops everything. */
const NOOP_CLASS = 'NoopMeterProvider'

/** How the metrics of Homeostat reach a backend. */
export type Way =
  /** Somebody called `attach()`, or the readers of the SDK were found. */
  | { readonly to: 'readers' }
  /** The readers cannot be found, so the application's own metrics cannot be seen. */
  | { readonly to: 'meter'; readonly provider: string }
  /** The provider has no reader. */
  | { readonly to: 'nobody' }
  /** The readers serve another Homeostat of this process. */
  | { readonly to: 'another' }

export interface LateAttachmentContext {
  readonly attachments: Attachments
  readonly instrumentations: readonly HomeostatInstrumentation[]
  readonly faults: Faults
  readonly options: Pick<HomeostatOptions, 'attachReaders'>
  /** Takes which way was found, once per provider; later than the first tick as well. */
  readonly onFound: (way: Way) => void
  /** Takes the version of `@opentelemetry/api` that hides the provider from ours. */
  readonly onHidden: (version: string) => void
  /** No SDK has started for half a minute. */
  readonly onNone: () => void
}

/**
 * Attaches the readers that somebody else built: an SDK that the environment, a YAML file or the application's own code
 * starts, before or after Homeostat, and also one that is started in its place later. Nobody has to call `attach()`.
 *
 * It is given the provider that the SDK hands to instrumentations, or finds the registered one. Reading the provider changes
 * nothing; an attached reader collects no more often than before.
 */
export class LateAttachment implements Disposable {
  readonly #context: LateAttachmentContext
  #looking: Disposable | undefined
  #isOver = false
  /** The provider that the SDK has handed to our instrumentations. The registered one is not looked at any more then. */
  #handed: object | undefined
  /** The provider in use; the readers that somebody has attached by hand stand for theirs. */
  #used: object | undefined
  #way: Way | undefined
  /** The readers of the provider in use, where they were attached here. */
  readonly #found = new Set<object>()

  constructor(context: LateAttachmentContext) {
    this.#context = context
  }

  /** Takes the provider that the SDK hands to instrumentations; what is not attached goes through its Meter. */
  take(provider: object): void {
    if (this.#isOver || classNameOf(provider) === NOOP_CLASS) return
    this.#handed = provider
    if (this.#use(provider).to === 'meter') this.#context.attachments.tidy(provider)
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

  /** Whether somebody has called `attach()`. */
  get #hasByHand(): boolean {
    return this.#context.attachments.readers.size > this.#found.size
  }

  #use(provider: object): Way {
    // Its readers may be free by now.
    if (this.#used === provider && this.#way && this.#way.to !== 'another') return this.#way
    if (this.#used) this.#leave()
    this.#used = provider
    const way = this.#hasByHand ? ({ to: 'readers' } as const) : this.#attachTo(provider)
    const { attachments, instrumentations } = this.#context
    if (way.to === 'another') attachments.withhold()
    // An SDK that somebody else starts does not know our instrumentations.
    if (this.#handed === undefined && !this.#hasByHand) {
      if (way.to === 'meter' || way.to === 'nobody')
        for (const each of instrumentations) each.setMeterProvider(provider as MeterProvider)
      if (!instrumentations.some(each => each.getConfig().enabled)) for (const each of instrumentations) each.enable()
    }
    this.#report(way)
    return way
  }

  /** An SDK that was started anew has readers of its own, and those of the earlier one collect nothing any more. */
  #leave(): void {
    const { attachments } = this.#context
    if (this.#hasByHand) return
    for (const reader of this.#found) attachments.detach(reader)
    this.#found.clear()
    attachments.release()
  }

  #attachTo(provider: object): Way {
    const { attachments, options, faults } = this.#context
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
