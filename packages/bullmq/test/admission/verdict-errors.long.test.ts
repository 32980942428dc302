import { expect, test } from 'vitest'
import { simulatedLoop } from './simulated-loop.ts'

const HISTORIES = 60

/** How often each verdict was given. */
async function verdictsOf(options: { jobsPerSecond: number; isLimiting: boolean }): Promise<Record<string, number>> {
  const counts: Record<string, number> = { effective: 0, harmful: 0 }
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const { verdict } = await simulatedLoop({ minutes: 9, seed, ...options })
    const name = verdict?.verdict ?? 'none'
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

test.each([{ jobsPerSecond: 8 }, { jobsPerSecond: 3 }])(
  'a limit that does nothing is rarely called effective or harmful, at $jobsPerSecond jobs per second',
  async ({ jobsPerSecond }) => {
    const { effective, harmful } = await verdictsOf({ jobsPerSecond, isLimiting: false })
    // 2.5 % each is 1.5 of them.
    expect(Math.max(effective!, harmful!)).toBeLessThanOrEqual(5)
  },
)

test('a limit that works is called effective', async () => {
  const { effective } = await verdictsOf({ jobsPerSecond: 3, isLimiting: true })
  expect(effective).toBeGreaterThanOrEqual(0.9 * HISTORIES)
})
