import type { GuardedOptions, GuardedService, ServiceGuards } from '@homeostat/optimizer'
import { type Registry, UNKNOWN_PART } from '@homeostat/signals'
import { fieldOf } from '@homeostat/signals/options'
import type { OriginName } from '../client/origin.ts'
import { originName, originText, OTHER_ORIGIN } from '../client/origins.ts'
import { BreakerSeries } from './breaker-series.ts'
import { DEFAULT_HALF_OPEN_AFTER_MS, type BreakerOptions } from './breaker-options.ts'
import { GuardedOrigin } from './guarded-origin.ts'
import { GuardedWarnings } from './guarded-options.ts'

/** Origins with a breaker of their own. An application names each in its code, so there are few. */
const MOST_GUARDED = 100

interface Guarded {
  readonly origin: GuardedOrigin
  readonly series: BreakerSeries
}

/** The circuit breakers of this process, one per origin. */
export class Breakers implements ServiceGuards {
  /** Whether open breakers are to refuse calls: the option `enforce`, and then the knob `http.breaker`. They do so while they may. */
  isEnforced: boolean
  #mayRefuse: () => boolean = () => true
  readonly #registry: Registry
  readonly #halfOpenAfterMs: number
  readonly #warnings = new GuardedWarnings()
  readonly #guarded = new Map<string, Guarded>()
  /** Stands for the services that look alike. Such calls are never refused: one that fails would stop calls to another. */
  #others: Guarded | undefined

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

  /** Whether an origin has a breaker. */
  has(origin: string): boolean {
    return this.#guarded.has(origin)
  }

  /** How many origins have a breaker. */
  get size(): number {
    return this.#guarded.size
  }

  govern(mayRefuse: () => boolean): void {
    this.#mayRefuse = mayRefuse
  }

  /**
   * The guarded service of an origin: one breaker for all that ask for it, each with its own options. What is not an address of HTTP, and
   * what comes after 100 origins, is reported once, and its calls are never refused.
   */
  guarded(origin: string | URL, options?: GuardedOptions): GuardedService {
    const given = typeof origin === 'string' ? origin : fieldOf(origin, 'origin')
    const name = typeof given === 'string' ? originName(given) : undefined
    return this.#guardedOf(name).origin.service(this.#warnings.checked(options))
  }

  #guardedOf(name: OriginName | undefined): Guarded {
    if (name === undefined || name.address === UNKNOWN_PART) {
      this.#warnings.once(
        'guarded() expects an origin such as https://api.example.com, with its scheme; calls to others are made and never refused',
      )
      return this.#other()
    }
    const key = originText(name)
    const known = this.#guarded.get(key)
    if (known !== undefined) return known
    if (this.#guarded.size >= MOST_GUARDED) {
      this.#warnings.once(
        `guarded() has breakers for ${MOST_GUARDED} origins; calls to further ones are made and never refused`,
      )
      return this.#other()
    }
    const isEnforced = (): boolean => this.isEnforced && this.#mayRefuse()
    const made = this.#make(key, name, isEnforced)
    this.#guarded.set(key, made)
    return made
  }

  #other(): Guarded {
    return (this.#others ??= this.#make(OTHER_ORIGIN, {
      scheme: OTHER_ORIGIN,
      address: OTHER_ORIGIN,
      port: undefined,
    }))
  }

  /** @param isEnforced - undefined: its breaker never opens */
  #make(origin: string, name: OriginName, isEnforced?: () => boolean): Guarded {
    const series = new BreakerSeries(this.#registry, name)
    const parts = { halfOpenAfterMs: this.#halfOpenAfterMs, isEnforced, faults: this.#registry.faults }
    return { origin: new GuardedOrigin(origin, parts, series), series }
  }

  #observe(): void {
    for (const { origin, series } of this.#guarded.values()) series.observe(origin.state)
    this.#others?.series.observe('closed')
  }
}
