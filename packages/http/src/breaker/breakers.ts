import { diag } from '@opentelemetry/api'
import type { GuardedOptions, GuardedService, ServiceGuards } from '@homeostat/optimizer'
import type { Registry } from '@homeostat/signals'
import { LONGEST_DELAY_MS } from '@homeostat/signals'
import { originName, originText, OTHER_ORIGIN } from '../client/origins.ts'
import { BreakerSeries } from './breaker-series.ts'
import { DEFAULT_HALF_OPEN_AFTER_MS, type BreakerOptions } from './breaker-options.ts'
import { GuardedOrigin } from './guarded-origin.ts'

/** Origins with a breaker of their own. An application names each in its code, so there are few. */
const MOST_GUARDED = 100

/** The circuit breakers of this process, one per origin. */
export class Breakers implements ServiceGuards {
  /** Whether open breakers refuse calls. The knob `http.breaker` sets it. */
  isEnforced: boolean
  readonly #registry: Registry
  readonly #halfOpenAfterMs: number
  #hasWarned = false
  readonly #guarded = new Map<string, { readonly guarded: GuardedOrigin; readonly series: BreakerSeries }>()

  constructor(
    registry: Registry,
    { enforce = false, halfOpenAfterMs = DEFAULT_HALF_OPEN_AFTER_MS }: BreakerOptions = {},
  ) {
    this.#registry = registry
    this.#halfOpenAfterMs = halfOpenAfterMs
    this.isEnforced = enforce
    // The states live as long as the process: what is guarded is guarded while nobody measures, too.
    registry.observe(() => this.#observe())
  }

  /** Whether an origin is guarded. */
  has(origin: string): boolean {
    return this.#guarded.has(origin)
  }

  /** How many origins are guarded. */
  get size(): number {
    return this.#guarded.size
  }

  /**
   * The guarded service of an origin, the same one for each call. A text that is not an address of HTTP is reported once, and guarded under
   * the name `_OTHER` with the others: the application's calls go on.
   */
  guarded(origin: string | URL, options: GuardedOptions = {}): GuardedService {
    const text = typeof origin === 'string' ? origin : String((origin as Partial<URL> | undefined)?.origin)
    const name = originName(text)
    if (name === undefined && !this.#hasWarned) {
      this.#hasWarned = true
      diag.warn(
        '@homeostat/http: guarded() expects an origin such as https://api.example.com; these calls share one breaker',
      )
    }
    const known = name ?? { scheme: OTHER_ORIGIN, address: OTHER_ORIGIN, port: undefined }
    const key = name === undefined ? OTHER_ORIGIN : originText(known)
    const guarded =
      this.#guarded.get(key) ?? (this.#guarded.size < MOST_GUARDED ? undefined : this.#guarded.get(OTHER_ORIGIN))
    if (guarded !== undefined) return guarded.guarded
    return this.#add(this.#guarded.size < MOST_GUARDED ? key : OTHER_ORIGIN, known, checked(options))
  }

  #add(key: string, name: NonNullable<ReturnType<typeof originName>>, options: GuardedOptions): GuardedOrigin {
    const isOther = key === OTHER_ORIGIN
    const series = new BreakerSeries(
      this.#registry,
      isOther ? { scheme: OTHER_ORIGIN, address: OTHER_ORIGIN, port: undefined } : name,
    )
    const parts = { halfOpenAfterMs: this.#halfOpenAfterMs, isEnforced: () => this.isEnforced }
    const guarded = new GuardedOrigin(key, options, parts, series)
    this.#guarded.set(key, { guarded, series })
    return guarded
  }

  #observe(): void {
    for (const { guarded, series } of this.#guarded.values()) series.observe(guarded.state)
  }
}

/** Options that are not valid are left out, in one line: a guard must not break the call that it is for. */
function checked(options: GuardedOptions): GuardedOptions {
  const { timeoutMs, isFailure } = (options ?? {}) as { readonly timeoutMs?: unknown; readonly isFailure?: unknown }
  const isTime = typeof timeoutMs === 'number' && timeoutMs > 0 && timeoutMs <= LONGEST_DELAY_MS
  if (timeoutMs !== undefined && !isTime)
    diag.warn('@homeostat/http: timeoutMs of guarded() must be a number of milliseconds above 0; there is no limit')
  if (isFailure !== undefined && typeof isFailure !== 'function')
    diag.warn('@homeostat/http: isFailure of guarded() must be a function; the status of responses is used')
  return {
    ...(isTime && { timeoutMs }),
    ...(typeof isFailure === 'function' && { isFailure: isFailure as (result: unknown) => boolean }),
  }
}
