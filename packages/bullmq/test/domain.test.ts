import { Optimizer } from '@homeostat/optimizer'
import { attributes, metrics } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import { bullmq } from '../src/domain.ts'

/** Half a minute of ticks in which the oldest job of a queue has the same age; the alerts that fire at the end. */
function firingsAt(ageSeconds: number, options: Parameters<typeof bullmq>[0] = {}) {
  const { instrumentation, rules } = bullmq(options)
  const { registry } = instrumentation
  const optimizer = new Optimizer({
    registries: [registry],
    rules,
    responses: [],
    actions: [],
    warmUpMs: 0,
    environment: {},
  })
  expect(optimizer.rules.rejected).toEqual([])
  registry
    .level(metrics.queueOldestWaitingAge)
    .with({ [attributes.queueName]: 'webhook' })
    .set(ageSeconds)
  let entry = optimizer.tick(0)
  for (let now = 5_000; now <= 30_000; now += 5_000) entry = optimizer.tick(now)
  return entry.firings.map(({ alert, labels }) => ({ alert, ...labels }))
}

const alert = { alert: 'QueueBacklog', bullmq_queue_name: 'webhook', severity: 'medium' }

test('jobs that wait too long fire, and an empty queue does not', () => {
  expect(firingsAt(31)).toMatchObject([alert])
  expect(firingsAt(29)).toEqual([])
  expect(firingsAt(0)).toEqual([])
})

test('how long is too long can be set', () => {
  expect(firingsAt(31, { maxWaitSeconds: 60 })).toEqual([])
})
