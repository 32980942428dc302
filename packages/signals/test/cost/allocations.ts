// Prints how many bytes of heap one operation of each kind takes, as JSON. Run with --expose-gc and a large young
// generation, so that no collection falls between the two readings.
import { getHeapStatistics } from 'node:v8'
import { Registry } from '../../src/index.ts'
import { delivery, orders, stock } from '../sample-metrics.ts'

const OPERATIONS = 1_000_000

const registry = new Registry({ scope: { name: 'cost' } })
const counter = registry.counter(orders).with({ shop: 'a' })
const level = registry.level(stock).with({ shop: 'a' })
const histogram = registry.histogram(delivery).with({ shop: 'a' })

const operations = {
  add: (_i: number) => counter.add(),
  addAmount: (i: number) => counter.add(i * 0.5),
  set: (i: number) => level.set(i * 0.5),
  record: (i: number) => histogram.record((i % 7) * 0.9),
  // A control: what this way of measuring says of something that does allocate.
  control: (i: number) => void (kept[i & 7] = { i }),
}
const kept: unknown[] = []

/** The least of several rounds: in the first ones the compiler itself, and code it has not compiled yet, allocate. */
function bytesPerOperation(operation: (i: number) => void): number {
  let least = Infinity
  for (let round = 0; round < 6; round++) {
    globalThis.gc!()
    const before = getHeapStatistics().used_heap_size
    for (let i = 0; i < OPERATIONS; i++) operation(i)
    least = Math.min(least, (getHeapStatistics().used_heap_size - before) / OPERATIONS)
  }
  return least
}

console.log(
  JSON.stringify(Object.fromEntries(Object.entries(operations).map(([name, run]) => [name, bytesPerOperation(run)]))),
)
