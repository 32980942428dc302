import { expect, test } from 'vitest'
import { Loop, START } from '../loop.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

test('an alert that starts to swing when its rule is three hours old changes at most twice in any hour', async () => {
  const loop = new Loop({ modeOf: () => 'advise', responses: [], actions: [] })
  const entries = await loop.run(6 * HOUR_MS, elapsedMs => {
    const isSwinging = elapsedMs >= 3 * HOUR_MS
    return isSwinging && elapsedMs % (10 * MINUTE_MS) < 5 * MINUTE_MS ? 1 : 0.1
  })
  const changes = entries
    .filter(({ firings }, index) => firings.length !== (entries[index - 1]?.firings.length ?? 0))
    .map(({ now }) => now - START)
  expect(changes.length).toBeGreaterThan(2)
  for (const at of changes)
    expect(changes.filter(other => other >= at && other - at <= HOUR_MS).length).toBeLessThanOrEqual(2)
})
