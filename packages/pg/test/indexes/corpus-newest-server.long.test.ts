import type { Postgres } from '@homeostat/services'
import type pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answersOf, medianGain, printAnswers, startCorpus } from './corpus-answers.ts'

describe('index advice on the newest Postgres, which has no hypopg', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    ;({ db, pool } = await startCorpus({ from: ['embedded'] }))
  }, 600_000)
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  it('finds the index that a person would make, and advises none that does not help', async () => {
    expect(Number.parseInt(db.version)).toBeGreaterThanOrEqual(18)
    const answers = await answersOf(pool)
    printAnswers(`Postgres ${db.version} without hypopg`, answers)
    expect(answers.flatMap(each => each.useless)).toEqual([])
    expect(answers.filter(each => each.isFound).length).toBeGreaterThanOrEqual(answers.length * 0.9)
    expect(medianGain(answers)).toBeGreaterThanOrEqual(50)
  }, 1_800_000)
})
