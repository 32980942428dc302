import { expect, it } from 'vitest'
import type { SavedHistory } from '../../src/verdicts/saved-history.ts'
import { Histories } from '../../src/verdicts/histories.ts'

const learned: SavedHistory = {
  version: '1',
  arms: { phase: 'undecided', block: [] },
  acts: [],
  controls: [],
  breaches: { act: 0, control: 0 },
  trials: { act: 1, control: 1 },
  standing: { version: '1', harmful: 0, withoutEffect: 0 },
}
const quarantined: SavedHistory = {
  ...learned,
  standing: { ...learned.standing, harmful: 1, quarantine: { since: 5, until: 10, reason: 'it did harm' } },
}
const empty: SavedHistory = { ...learned, trials: { act: 0, control: 0 } }

it('past its bound, what taught nothing is forgotten first, then the oldest, and a quarantine last', () => {
  const histories = new Histories({ intervalMs: 5000, random: Math.random })
  histories.resume('Bad fan 1', quarantined)
  histories.resume('Old fan 1', learned)
  for (let n = 0; n < 300; n++) histories.resume(`Empty${n} fan 1`, empty)
  for (let n = 0; n < 499; n++) histories.resume(`Learned${n} fan 1`, learned)
  const saved = histories.save()
  expect(Object.keys(saved)).toHaveLength(500)
  expect(saved['Bad fan 1']).toBeDefined()
  expect(saved['Old fan 1']).toBeUndefined()
  expect(Object.keys(saved).some(key => key.startsWith('Empty'))).toBe(false)
})
