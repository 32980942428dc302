import { describeInstrumentation } from '@homeostat/conformance'
import { createStore } from '@homeostat/promql'
import { metrics } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { forecast, ForecastInstrumentation } from '../src/domain.ts'
import { VERSION } from '../src/loop/version.ts'
import { HOUR, START } from './machine.ts'

/** An hour of looking for each. */
const exercises = new WeakMap<ForecastInstrumentation, () => void>()

describeInstrumentation<ForecastInstrumentation>('ForecastInstrumentation', {
  create: () => {
    const store = createStore({ intervalMs: 15_000 })
    const series = store.series({ name: 'test.use', labels: {}, kind: 'gauge' })
    const domain = forecast({
      defaults: false,
      targets: [{ name: 'use', resource: 'cpu', expr: 'test_use', above: 0.9, unit: 'ratio' }],
    })
    let now = START
    const { instrumentation } = domain
    domain.follow({ store, intervalMs: 15_000, on: () => ({ [Symbol.dispose]: () => {} }) })
    exercises.set(instrumentation, () => {
      for (const until = now + HOUR; now < until; now += 15_000) {
        series.append(now, now % HOUR < HOUR / 10 ? 0.95 : 0.3)
        domain.forecasts.observe(now)
      }
    })
    return instrumentation
  },
  exercise: async instrumentation => exercises.get(instrumentation)?.(),
  metrics: Object.entries(metrics)
    .filter(([key]) => key.startsWith('forecast'))
    .map(([, definition]) => definition),
})

test('the instrumentation reports the version of its package', () => {
  expect(VERSION).toBe(packageJson.version)
  expect(new ForecastInstrumentation().instrumentationVersion).toBe(packageJson.version)
})
