import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Loop, START, relieve } from './loop.ts'

test('a tick in slices finds and does the same as one at once', async () => {
  const ran = async (isSliced: boolean): Promise<unknown[]> => {
    const loop = new Loop({ actions: [relieve(async () => ({ summary: 'relieved', effects: { plants: 1 } }))] })
    const reported: unknown[] = []
    for (; loop.now < START + 120_000; loop.now += 5000) {
      loop.pressure.set(0.9)
      const entry = isSliced ? await loop.optimizer.tickInSlices() : loop.optimizer.tick()
      await nextTurn()
      reported.push({ ...entry, durationMs: 0 })
    }
    return reported
  }
  const plain = (entries: unknown[]): unknown => JSON.parse(JSON.stringify(entries))

  expect(plain(await ran(true))).toEqual(plain(await ran(false)))
})

test('a tick that comes while another is halfway through finishes that one first', async () => {
  const loop = new Loop({ actions: [] })
  loop.pressure.set(0.9)
  const sliced = loop.optimizer.tickInSlices(START)
  const entry = loop.optimizer.tick(START + 5000)

  expect((await sliced).id).toBeLessThan(entry.id)
  expect(loop.optimizer.ledger.entries.map(({ now }) => now)).toEqual([START, START + 5000])
})
