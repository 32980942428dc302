import { describe, expect, it } from 'vitest'
import { createQueryCreateIndex, type CreateIndexOptions } from '../../../src/domain.ts'
import { narrowed } from '../../../src/actions/create-index/narrowed-options.ts'
import { PgInstrumentation } from '../../../src/index.ts'

const ALLOWED: Required<CreateIndexOptions> = {
  schemas: ['public', 'sales'],
  window: '00:00-00:00',
  maxTableBytes: 1000,
  maxIndexBytes: 1000,
  maxDatabaseShare: 0.5,
  maxWritesPerSecond: 10,
  maxReplicaLagMs: 500,
  maxPerTable: 3,
  minIntervalMs: 1000,
  baselineMs: 2000,
  verifyMs: 3000,
  maxBuildMs: 4000,
  analyze: true,
  explainAnalyze: true,
}
const NARROWER: Required<CreateIndexOptions> = {
  schemas: ['sales'],
  window: '01:00-02:00',
  maxTableBytes: 999,
  maxIndexBytes: 999,
  maxDatabaseShare: 0.4,
  maxWritesPerSecond: 9,
  maxReplicaLagMs: 499,
  maxPerTable: 2,
  minIntervalMs: 1001,
  baselineMs: 2001,
  verifyMs: 3001,
  maxBuildMs: 3999,
  analyze: false,
  explainAnalyze: false,
}

describe('the options of a response', () => {
  it.each(Object.keys(ALLOWED) as (keyof CreateIndexOptions)[])('may narrow %s, and never widen it', name => {
    const narrower = narrowed(ALLOWED, { [name]: NARROWER[name] })
    const wider = narrowed(NARROWER, { [name]: ALLOWED[name] })
    if (name === 'window') {
      expect(narrower.windows).toEqual(['00:00-00:00', '01:00-02:00'])
      expect(wider.windows).toEqual(['01:00-02:00', '00:00-00:00'])
    } else {
      expect(narrower).toMatchObject({ ...ALLOWED, [name]: NARROWER[name] })
      expect(wider).toMatchObject(NARROWER)
    }
  })

  it('name no schema that the application has not allowed', () => {
    expect(narrowed(ALLOWED, { schemas: ['public', 'secret'] }).schemas).toEqual(['public'])
    expect(narrowed({}, { schemas: ['public'] }).schemas).toEqual([])
  })

  it('let nothing run with a slip in them', async () => {
    const instrumentation = new PgInstrumentation()
    const action = createQueryCreateIndex(instrumentation, ALLOWED)
    const firing = { alert: 'SlowQueries', labels: {}, annotations: {}, value: 1, since: 0 }
    for (const slip of [{ maxTableByte: 5 }, { maxBuildMs: -1 }, { maxBuildMs: NaN }, { window: 'night' }, 5, 'all']) {
      const options = slip as CreateIndexOptions
      expect(action.unready!(firing, options)).toContain('options')
      const context = { firing, options, now: 0, signal: new AbortController().signal, sliceMs: 5 }
      expect(await action.run(context)).toMatchObject({ effects: { built: 0 } })
    }
    expect(action.unready!(firing, {})).toBe('no slow statement is known')
    expect(action.unready!(firing, undefined)).toBe('no slow statement is known')
  })
})
