import { metrics } from '@opentelemetry/api'
import { SignalInstrumentation } from '@homeostat/signals'
import { homeostat, type Homeostat } from 'homeostat'
import { afterEach, expect } from 'vitest'
import { metricsIn, pointsOf, type OtlpReceiver, type OtlpRequest } from '../src/index.ts'

export const WAIT = { timeout: 30_000, interval: 20 }
export const DELTA = { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' }
export const ORDERS = {
  name: 'shop.orders',
  kind: 'counter',
  unit: '{order}',
  description: 'orders',
  attributes: [],
} as const

/** The receiver of the current test, which the test starts, and the Homeostat that was started last. */
export const bench = {} as { receiver: OtlpReceiver; h: Homeostat | undefined }

/** Ends both after each test; the receiver must have understood all that it got. */
export function endAfterEach(): void {
  afterEach(async () => {
    metrics.disable()
    await bench.h?.stop()
    bench.h = undefined
    expect(bench.receiver.problems).toEqual([])
    await bench.receiver[Symbol.asyncDispose]()
  })
}

class Shop extends SignalInstrumentation<object> {
  constructor() {
    super('shop', '1.2.3', {})
  }

  get orders(): { add(n?: number): void } {
    return this.registry.counter(ORDERS as never).with({ 'shop.kind': 'book' })
  }

  protected activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

interface Started {
  readonly shop: Shop
  readonly lines: string[]
}

/** Homeostat with a package of the application, and no SDK. */
export function start(variables: Record<string, string> = {}): Started {
  const shop = new Shop()
  const lines: string[] = []
  const write = (line: string): number => lines.push(line)
  bench.h = homeostat({
    domains: [{ name: 'shop', instrumentation: shop } as never],
    environment: {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_EXPORTER_OTLP_ENDPOINT: bench.receiver.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '150',
      ...variables,
    },
    log: { info: write, warn: write },
    intervalMs: 50,
    stateDir: undefined as never,
  })
  return { shop, lines }
}

/** The sum over all requests of the deltas of the shop's orders. */
export function ordersIn(requests: readonly OtlpRequest[]): number {
  const points = metricsIn(requests, 'shop.orders').flatMap(pointsOf)
  return points.reduce((sum, { asDouble = 0 }) => sum + asDouble, 0)
}
