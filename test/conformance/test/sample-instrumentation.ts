import type { MetricDefinition } from '@homeostat/semconv'
import {
  SignalInstrumentation,
  disposeTogether,
  every,
  patchMethod,
  type SignalInstrumentationConfig,
} from '@homeostat/signals'

export const sales: MetricDefinition = {
  name: 'sample.sales',
  kind: 'counter',
  unit: '{sale}',
  description: 'Sales by what was sold',
  attributes: ['ware'],
}

export const price: MetricDefinition = {
  name: 'sample.price',
  kind: 'histogram',
  unit: '{euro}',
  description: 'Price of a sale',
  attributes: ['ware'],
  buckets: [1, 10],
}

export const stock: MetricDefinition = {
  name: 'sample.stock',
  kind: 'upDownCounter',
  unit: '{piece}',
  description: 'Pieces left',
  attributes: [],
}

/** What an application would do. */
export class Shop {
  left = 1_000_000
  sell(_ware: string, _price: number): void {
    this.left--
  }
}

/** What a careless instrumentation may get wrong; each must be found by the suite. */
export type Mistake =
  | 'starts by itself'
  | 'keeps its patch'
  | 'keeps its timer'
  | 'keeps its listener'
  | 'other attributes'
  | 'patches twice'

/** Instruments {@link Shop} in the way the packages instrument libraries. */
export class ShopInstrumentation extends SignalInstrumentation<SignalInstrumentationConfig> {
  readonly #shop: Shop
  readonly #mistake: Mistake | undefined

  constructor(shop: Shop, mistake?: Mistake) {
    super('@homeostat/sample', '1.0.0', {})
    this.#shop = shop
    this.#mistake = mistake
    if (mistake === 'starts by itself') this.enable()
  }

  override enable(): void {
    if (this.#mistake === 'patches twice' && this.getConfig().enabled) this.activate()
    super.enable()
  }

  protected activate(): Disposable {
    const { registry } = this
    const sold = registry.counter(sales)
    const paid = registry.histogram(price)
    const key = this.#mistake === 'other attributes' ? 'customer' : 'ware'
    const left = registry.level(stock).with()
    const restore = patchMethod(Shop.prototype, 'sell', (original, isActive) => {
      return function (this: Shop, ware, amount) {
        if (isActive()) {
          sold.with({ [key]: ware }).add()
          paid.with({ [key]: ware }).record(amount)
        }
        return original.call(this, ware, amount)
      }
    })
    const timer = every(60_000, () => undefined)
    const onWarning = (): void => undefined
    process.on('warning', onWarning)
    const part = (mistake: Mistake, end: () => void): Disposable => ({
      [Symbol.dispose]: () => {
        if (this.#mistake !== mistake) end()
      },
    })
    return disposeTogether(
      registry.observe(() => left.set(this.#shop.left)),
      part('keeps its patch', restore),
      part('keeps its timer', () => timer[Symbol.dispose]()),
      part('keeps its listener', () => void process.off('warning', onWarning)),
    )
  }
}
