import type { Postgres } from '@homeostat/services'
import type pgDriver from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodiesOf, receiptFor } from './advice-of.ts'
import { answersOf, isFound, medianGain, printAnswers, startCorpus } from './corpus-answers.ts'
import { CASES } from './corpus.ts'

describe('index advice for slow statements', () => {
  let db: Postgres
  let pool: pgDriver.Pool

  beforeAll(async () => {
    ;({ db, pool } = await startCorpus({ hypopg: true }))
  }, 600_000)
  afterAll(async () => {
    await pool.end()
    await db.stop()
  })

  const without = new Map<string, readonly string[]>()

  it('is right without hypopg in most cases', async () => {
    for (const slow of CASES) without.set(slow.name, bodiesOf((await receiptFor(pool, slow)).advice))
    const wrong = CASES.filter(slow => !isFound(slow, without.get(slow.name)!))
    for (const { name } of wrong)
      console.log(`without hypopg, not as by hand: ${name}: ${without.get(name)!.join('; ') || 'nothing'}`)
    console.log(`without hypopg: ${CASES.length - wrong.length} of ${CASES.length} as by hand`)
    expect(CASES.length - wrong.length).toBeGreaterThanOrEqual(CASES.length * 0.9)
  }, 600_000)

  it('finds the index that a person would make, and advises none that does not help', async () => {
    await pool.query('CREATE EXTENSION hypopg')
    const answers = await answersOf(pool)
    printAnswers('with hypopg', answers)
    const agree = answers.filter(({ slow, advised }) => advised.join() === without.get(slow.name)?.join()).length
    console.log(`the same without hypopg: ${agree} of ${CASES.length}`)
    expect(answers.flatMap(each => each.useless)).toEqual([])
    expect(answers.filter(each => each.isFound).length).toBeGreaterThanOrEqual(CASES.length * 0.9)
    expect(medianGain(answers)).toBeGreaterThanOrEqual(50)
    expect(agree).toBeGreaterThanOrEqual(CASES.length * 0.9)
  }, 1_800_000)
})
