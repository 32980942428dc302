import type { Instrumentation } from '@opentelemetry/instrumentation'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { SignalInstrumentationConfig } from '../../src/index.ts'
import { SignalInstrumentation } from '../../src/index.ts'
import { PlainReader } from '../plain-reader.ts'
import { orders } from '../sample-metrics.ts'

class Sample extends SignalInstrumentation<SignalInstrumentationConfig> {
  active = 0
  readonly #order = this.registry.counter(orders).with({ shop: 'a' })

  constructor(config: SignalInstrumentationConfig = {}) {
    super('sample', '1.0.0', config)
  }

  order(): void {
    if (this.active > 0) this.#order.add()
  }

  protected activate(): Disposable {
    this.active++
    return { [Symbol.dispose]: () => void this.active-- }
  }
}

describe('an instrumentation of ours', () => {
  it('is an OpenTelemetry instrumentation to the compiler and to registerInstrumentations', async () => {
    expectTypeOf<Sample>().toExtend<Instrumentation>()
    const sample = new Sample()
    expect(sample.active).toBe(0)
    const reader = new PlainReader()
    const meterProvider = new MeterProvider({ readers: [reader] })
    const unregister = registerInstrumentations({ instrumentations: [sample], meterProvider })
    expect(sample.active).toBe(1)
    sample.order()
    unregister()
    sample.order()
    expect(sample.active).toBe(0)
    expect((await reader.sample()).metrics[0]?.dataPoints[0]?.value).toBe(1)
  })

  it('takes a new configuration at the next enabling, and caps its series accordingly', () => {
    const sample = new Sample({ maxSeries: 1 })
    sample.setConfig({ maxSeries: 5 })
    expect(sample.getConfig()).toEqual({ maxSeries: 5, enabled: false })
    sample.enable()
    expect(sample.getConfig().enabled).toBe(true)
    expect(sample.registry.counter(orders).with({ shop: 'b' }).attributes).toEqual({ 'otel.metric.overflow': true })
  })

  it('that cannot start leaves the application alone, is reported, and may be enabled again', () => {
    let broken = true
    class Broken extends Sample {
      protected override activate(): Disposable {
        if (broken) throw new TypeError('planted')
        return super.activate()
      }
    }
    const sample = new Broken()
    expect(() => sample.enable()).not.toThrow()
    expect(sample.getConfig().enabled).toBe(false)
    expect(JSON.stringify(sample.registry.collect())).toContain('homeostat.errors')
    broken = false
    sample.enable()
    expect(sample.active).toBe(1)
  })
})
