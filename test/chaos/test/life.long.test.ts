import { createRandom } from '@homeostat/signals/random'
import { expect, test } from 'vitest'
import { bounds } from '../src/verdicts/proportion.ts'
import { lifeCases } from '../src/verdicts/life/life-cases.ts'
import { tallyLives } from '../src/verdicts/life/tally-lives.ts'
import { liveWhole } from '../src/verdicts/life/whole-life.ts'
import { logNormal } from '../src/verdicts/services.ts'

test('a life of trials alone gets the verdicts and quarantines of the whole loop, across restarts', async () => {
  const life = await liveWhole(logNormal['AR(1) rho 0.8'], 5, createRandom(1))
  expect(life).toMatchObject({ generations: 5, differences: 0 })
  // A generation takes a dozen trials at least: fewer would mean that the loop stopped.
  expect(life.trials).toBeGreaterThan(5 * 12)
})

test('an action that does nothing is seldom ever called effective or harmful over ten generations', () => {
  const cases = lifeCases(true)
  expect(cases).toHaveLength(4)
  for (const one of cases) {
    const counts = tallyLives(one, 1, 0, one.lives)
    for (const verdict of ['effective', 'harmful'])
      expect(bounds(counts[`judge ${verdict} by 10`] ?? 0, one.lives).high, one.name).toBeLessThanOrEqual(0.05)
    // Welch's test on each run alone credits nearly every one of them.
    expect(counts['Welch effective by 10']).toBe(one.lives)
  }
})
