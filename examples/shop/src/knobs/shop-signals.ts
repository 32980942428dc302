import type { MetricDefinition } from '@homeostat/semconv'
import type { CounterSeries, SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation } from '@homeostat/signals'
import type { Arm } from './setting-knob.ts'

const ARM = 'homeostat.trial.arm'

/** The shop's own metrics, as PromQL names them. */
export const shopMetrics = {
  productRequests: 'shop_product_requests',
  productTime: 'shop_product_time',
  saleRequests: 'shop_sale_requests',
  trialPages: 'shop_trial_pages',
  trialRenderTime: 'shop_trial_render_time',
  trialLookups: 'shop_trial_lookups',
  trialHits: 'shop_trial_hits',
} as const

/** How many units each half of a trial has had. */
export type ArmSizes = Readonly<Record<Arm, number>>

interface Halves {
  readonly count: Readonly<Record<Arm, CounterSeries>>
  readonly amount: Readonly<Record<Arm, CounterSeries>>
  readonly sizes: Record<Arm, number>
}

/** What the shop measures itself: how long its pages take, and both halves of the trials of its knobs. */
export class ShopSignals extends SignalInstrumentation<SignalInstrumentationConfig> {
  readonly #productRequests = this.#counter('shop.product.requests', '{request}', 'Product pages')
  readonly #productTime = this.#counter('shop.product.time', 's', 'Time until product pages were there')
  readonly #saleRequests = this.#counter('shop.sale.requests', '{request}', 'Pages of the sale')
  readonly #rendering = this.#halves('shop.trial.pages', 'shop.trial.render.time', 's')
  readonly #lookups = this.#halves('shop.trial.lookups', 'shop.trial.hits', '{request}')

  constructor() {
    super('shop', '0.0.0', {})
  }

  productShown(seconds: number): void {
    this.#productRequests.add()
    this.#productTime.add(seconds)
  }

  saleRendered(seconds: number, arm: Arm | undefined): void {
    this.#saleRequests.add()
    add(this.#rendering, arm, seconds)
  }

  lookedUp(isHit: boolean, arm: Arm | undefined): void {
    add(this.#lookups, arm, isHit ? 1 : 0)
  }

  /** The units of each trial so far, by knob. */
  get armSizes(): Readonly<Record<string, ArmSizes>> {
    return { 'shop.offersPerPage': this.#rendering.sizes, 'shop.placebo': this.#lookups.sizes }
  }

  protected activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  #counter(name: string, unit: string, description: string): CounterSeries {
    return this.registry.counter(definitionOf(name, unit, description)).with()
  }

  #halves(countName: string, amountName: string, unit: string): Halves {
    const of = (name: string, its: string): Halves['count'] => {
      const counter = this.registry.counter(definitionOf(name, its, 'Of one half of the requests of a trial', [ARM]))
      return { act: counter.with({ [ARM]: 'act' }), control: counter.with({ [ARM]: 'control' }) }
    }
    return { count: of(countName, '{request}'), amount: of(amountName, unit), sizes: { act: 0, control: 0 } }
  }
}

function add({ count, amount, sizes }: Halves, arm: Arm | undefined, by: number): void {
  if (arm === undefined) return
  count[arm].add()
  amount[arm].add(by)
  sizes[arm]++
}

function definitionOf(
  name: string,
  unit: string,
  description: string,
  attributes: MetricDefinition['attributes'] = [],
): MetricDefinition {
  return { name, kind: 'counter', unit, description, attributes }
}
