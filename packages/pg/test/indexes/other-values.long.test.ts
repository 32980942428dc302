import { describe, expect, it } from 'vitest'
import { createQueryOptimize } from '../../src/domain.ts'
import { PgInstrumentation } from '../../src/index.ts'
import { originOfPool } from '../../src/signals/origin.ts'
import { bodiesOf, type Sent } from './advice-of.ts'
import { AdvisedTables, SERVERS } from './advised-tables.ts'

describe.each(SERVERS)('a statement that is slow with several values, %s', (_, options, extensions) => {
  const db = new AdvisedTables(
    [
      ...extensions,
      `CREATE TABLE parcel AS SELECT i AS id, CASE WHEN i % 1000 = 0 THEN 'lost' ELSE 'sent' END AS state, (i * 31) % 20000 AS ref,
        i % 10 AS total, repeat('n', 60) AS pad FROM generate_series(1, 60000) i`,
      'VACUUM ANALYZE',
    ],
    options,
  )

  async function advised(sent: readonly Sent[]): Promise<{ bodies: string[]; why: string; problems: string }> {
    const instrumentation = new PgInstrumentation()
    const origin = originOfPool(db.pool as never)
    for (const { text, values = [] } of sent)
      instrumentation.slowStatements.add({ text, values, summary: 'SLOW', durationMs: 100, origin }, Date.now())
    const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }
    const context = { firing, options: undefined, now: Date.now(), signal: AbortSignal.timeout(60_000), sliceMs: 5 }
    const { advice = [], problems = [] } = await createQueryOptimize(instrumentation).run(context)
    const indexes = advice.filter(({ what }) => what.startsWith('create an index'))
    return { bodies: bodiesOf(indexes), why: indexes.map(({ why }) => why).join(), problems: problems.join() }
  }

  const bound = (state: string): Sent => ({ text: 'SELECT count(pad) FROM parcel WHERE state = $1', values: [state] })
  const written = (state: string): Sent => ({ text: `SELECT count(pad) FROM parcel WHERE state = '${state}'` })
  const times = (count: number, sent: Sent): readonly Sent[] => Array.from({ length: count }, () => sent)

  it.each([
    ['bound', bound],
    ['written', written],
  ])('gets no index for one rare value among common ones, %s', async (_way, sent) => {
    const { bodies, problems } = await advised([...times(30, sent('sent')), sent('lost')])
    expect(bodies).toEqual([])
    expect(problems).toContain('an index would help with some of the values only')
  })

  it.each([
    ['bound', bound],
    ['written', written],
  ])('gets the index for rare values whatever came last, %s', async (_way, sent) => {
    const { bodies, why } = await advised([...times(30, sent('lost')), sent('sent')])
    expect(bodies).toEqual(['parcel (state)'])
    // An eighth of the kept calls gain nothing.
    const saved = Number(/about (\d+) ms less with it/.exec(why)?.[1])
    expect(saved).toBeGreaterThan(70)
    expect(saved).toBeLessThan(90)
  })

  it('gets the index that serves each of its values', async () => {
    const sent = [5, 77, 1_234, 15_000, 19_999].map(ref => ({ text: `SELECT pad FROM parcel WHERE ref = ${ref}` }))
    expect((await advised(sent)).bodies).toEqual(['parcel (ref)'])
  })
})
