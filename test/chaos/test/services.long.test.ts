import { expect, test } from 'vitest'
import { serviceCases } from '../src/verdicts/cases/service-cases.ts'
import { figuresOf, type Figures } from '../src/verdicts/figures.ts'
import { tally } from '../src/verdicts/tally.ts'
import type { About } from '../src/verdicts/verdict-case.ts'

/** Services as steady as the promise asks for, and on which a load that rises for hours cannot pass for a leak. */
const FOUND = [
  'hourly job',
  'nightly job',
  'growth of 20 %',
  'counts with mean 10',
  'rounded to tens',
  'constant',
  'three label sets',
  'all at one time',
  'each handed in twice',
  'handed in late',
]

async function measure(about: About): Promise<Map<string, Figures>> {
  const figures = new Map<string, Figures>()
  for (const one of serviceCases(true).filter(each => each.about === about))
    figures.set(one.name, figuresOf(one, await tally(one, 1, 0, one.histories)))
  return figures
}

test('an action that does nothing is seldom called anything on zeros, ties, jobs, growth, label sets or repeated episodes', async () => {
  const placebos = await measure('placebo')
  expect(placebos.size).toBe(19)
  for (const [name, figures] of placebos) expect(figures, name).toMatchObject({ met: true })
})

test('an effect of 20 % either way is found there too', async () => {
  const [helps, harms] = [await measure('helps'), await measure('harms')]
  for (const name of FOUND) {
    expect(helps.get(`-20 %, ${name}`), name).toMatchObject({ met: true })
    expect(harms.get(`+20 %, ${name}`), name).toMatchObject({ met: true })
  }
})

test('a mixture that mostly helps and sometimes hurts badly is never called effective', async () => {
  const [mixtures, byChance] = [await measure('mixture'), await measure('mixture by chance')]
  expect([mixtures.size, byChance.size]).toEqual([2, 1])
  for (const [name, figures] of [...mixtures, ...byChance]) expect(figures, name).toMatchObject({ met: true })
})
