import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RingMemory, ringInPage } from '../../src/store/ring-memory.ts'

const INTERVAL_MS = 5000
const RING_BYTES = 16 * 16 + 32

/** A holder of a ring whose samples all carry its own number. */
interface Holder {
  ring: number
  readonly mark: number
  readonly times: number[]
}

function contents(memory: RingMemory, { ring }: Holder): { times: number[]; values: number[] } {
  const page = memory.pageOf(ring)
  const number = ringInPage(ring)
  const indices = Array.from({ length: page.length(number) }, (_, i) => i)
  return { times: indices.map(i => page.timeAt(number, i)), values: indices.map(i => page.valueAt(number, i)) }
}

test('whatever rings come, grow, go and move, none shows the samples of another, and memory stays below its cap', () => {
  const action = fc.record({
    kind: fc.constantFrom('take', 'take', 'push', 'push', 'push', 'give', 'leave'),
    which: fc.nat(),
    count: fc.integer({ min: 1, max: 40 }),
  })
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), fc.constantFrom(20_000, 10_000_000), (actions, maxBytes) => {
      const memory = new RingMemory(maxBytes, INTERVAL_MS, () => {})
      const holders: Holder[] = []
      let marks = 0
      const push = (holder: Holder): void => {
        const page = memory.pageOf(holder.ring)
        if (page.isAtEnd(ringInPage(holder.ring))) {
          const doubled = memory.double(holder.ring, 3_600_000)
          if (doubled === undefined) return
          holder.ring = doubled
        }
        const time = (holder.times.at(-1) ?? 0) + INTERVAL_MS
        memory.pageOf(holder.ring).push(ringInPage(holder.ring), time, holder.mark, false)
        holder.times.push(time)
      }
      for (const { kind, which, count } of actions) {
        for (let i = 0; i < count; i++) {
          const at = (which + i) % Math.max(1, holders.length)
          const holder = holders[at]
          if (kind === 'take') {
            const ring = memory.take()
            if (ring !== undefined) holders.push({ ring, mark: (marks += 1), times: [] })
          } else if (holder !== undefined && kind === 'push') push(holder)
          else if (holder !== undefined) {
            memory.give(holder.ring)
            holders.splice(at, 1)
          }
        }
        if (kind === 'leave') memory.compact(holders)
        expect(memory.bytes).toBeLessThanOrEqual(maxBytes)
        for (const holder of holders)
          expect(contents(memory, holder)).toEqual({ times: holder.times, values: holder.times.map(() => holder.mark) })
      }
      for (const { ring } of holders) memory.give(ring)
      expect(memory.bytes).toBe(0)
    }),
  )
})

test('a few rings left of thousands do not keep the memory of all', () => {
  const memory = new RingMemory(2 ** 26, INTERVAL_MS, () => {})
  const holders = Array.from({ length: 10_000 }, () => ({ ring: memory.take() ?? -1 }))
  const kept = holders.filter((_, i) => i % 500 === 0)
  for (const holder of holders) if (!kept.includes(holder)) memory.give(holder.ring)
  memory.compact(kept)
  // One page of the rings that are left and some to spare.
  expect(memory.bytes).toBeLessThanOrEqual(256 * RING_BYTES)
  expect(new Set(kept.map(({ ring }) => ring)).size).toBe(20)
})
