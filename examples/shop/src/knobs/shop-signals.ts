import type { MetricDefinition } from '@homeostat/semconv'
import { attributes } from '@homeostat/semconv'
import type { CounterSeries, HistogramSeries, SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation } from '@homeostat/signals'
import type { Arm } from './setting-knob.ts'

/** The attribute that says the half. */
export const ARM: string = attributes.trialArm

/** The metrics that count the units of a trial, by half. */
export const TRIAL_UNITS = { pages: 'shop.trial.render.time', lookups: 'shop.trial.lookups' } as const

/** The shop's own metrics, as PromQL names them. */
export const shopMetrics = {
  productRequests: 'shop_product_requests',
  productTime: 'shop_product_time',
  saleRequests: 'shop_sale_requests',
  trialRenderTime: 'shop_trial_render_time_bucket',
  trialLookups: 'shop_trial_lookups',
  trialHits: 'shop_trial_hits',
} as const

/** In seconds, each 1.2 times the one before: from 10 µs, which no page takes, to 70 ms. */
const RENDER_BUCKETS = Array.from({ length: 50 }, (_, index) => 1e-5 * 1.2 ** index)

type Halves<S> = Readonly<Record<Arm, S>>

/** What the shop measures itself: how long its pages take, and both halves of the trials of its knobs. */
export class ShopSignals extends SignalInstrumentation<SignalInstrumentationConfig> {
  readonly #productRequests = this.#counter('shop.product.requests', '{request}', 'Product pages')
  readonly #productTime = this.#counter('shop.product.time', 's', 'Time until product pages were there')
  readonly #saleRequests = this.#counter('shop.sale.requests', '{request}', 'Pages of the sale')
  /** A histogram: its median does not depend on the few pages during which another process had the CPU, and none has to be left out. */
  readonly #rendering = this.#renderTimes()
  readonly #lookups = this.#counters(
    TRIAL_UNITS.lookups,
    '{request}',
    'Products that one half of the requests of a trial asked for',
  )
  readonly #hits = this.#counters(
    'shop.trial.hits',
    '{request}',
    'Products that one half of the requests of a trial found in the cache',
  )

  constructor() {
    super('shop', '0.0.0', {})
  }

  productShown(seconds: number): void {
    this.#productRequests.add()
    this.#productTime.add(seconds)
  }

  saleRendered(seconds: number, arm: Arm | undefined): void {
    this.#saleRequests.add()
    if (arm !== undefined) this.#rendering[arm].record(seconds)
  }

  lookedUp(isHit: boolean, arm: Arm | undefined): void {
    if (arm === undefined) return
    this.#lookups[arm].add()
    if (isHit) this.#hits[arm].add()
  }

  protected activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  #counter(name: string, unit: string, description: string): CounterSeries {
    return this.registry.counter(definitionOf(name, unit, description)).with()
  }

  #counters(name: string, unit: string, description: string): Halves<CounterSeries> {
    return halves(this.registry.counter(definitionOf(name, unit, description, [ARM])))
  }

  #renderTimes(): Halves<HistogramSeries> {
    const description = 'Time to make a page of the sale for one half of the requests of a trial'
    const definition = definitionOf(TRIAL_UNITS.pages, 's', description, [ARM])
    return halves(this.registry.histogram({ ...definition, kind: 'histogram', buckets: RENDER_BUCKETS }))
  }
}

function halves<S>(instrument: { with(attributes: Readonly<Record<string, string>>): S }): Halves<S> {
  return { act: instrument.with({ [ARM]: 'act' }), control: instrument.with({ [ARM]: 'control' }) }
}

function definitionOf(
  name: string,
  unit: string,
  description: string,
  labels: MetricDefinition['attributes'] = [],
): MetricDefinition {
  return { name, kind: 'counter', unit, description, attributes: labels }
}
