import { PgInstrumentation } from '../../src/index.ts'
import { describe, expect, it } from 'vitest'
import { OTHER } from '../../src/signals/query-summary.ts'
import { RepeatSeries } from '../../src/signals/repeat-series.ts'
import { points } from '../collected.ts'

describe('the time in repeated statements', () => {
  it('keeps its bound on series where statements have no summary', () => {
    const instrumentation = new PgInstrumentation()
    const series = new RepeatSeries(instrumentation.registry)
    for (let sender = 0; sender < 200; sender++) series.record(OTHER, `route /${sender}`, 1)
    const found = points(instrumentation, 'homeostat.db.repeated_statements.duration')
    expect(found).toHaveLength(51)
    expect(found.at(-1)).toMatchObject({ attributes: { 'homeostat.db.holder': '_OTHER' }, value: { count: 150 } })
  })
})
