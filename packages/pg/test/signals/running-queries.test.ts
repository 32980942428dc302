import { Registry } from '@homeostat/signals'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Database } from '../../src/signals/database.ts'
import type { QueryShape } from '../../src/signals/driver.ts'
import { RunningQueries } from '../../src/signals/running-queries.ts'

const database = new Database('shop', new Registry({ scope: { name: 'test', version: '0' } }))
const query = (): QueryShape => ({ submit: () => null, handleReadyForQuery: () => {}, handleError: () => {} })

describe('the queries running on a connection', () => {
  it('ends a query once, with the time it was started', () => {
    const running = new RunningQueries(database)
    const only = query()
    running.start(only, 12.5)
    expect([running.end(only), running.end(only)]).toEqual([12.5, -1])
  })

  it('does not know a query that was never submitted, and leaves the running one alone', () => {
    const running = new RunningQueries(database)
    const sent = query()
    running.start(sent, 1)
    expect([running.end(query()), running.end(sent)]).toEqual([-1, 1])
  })

  it('times the next query even if the end of the one before was missed', () => {
    const running = new RunningQueries(database)
    const [unseen, next] = [query(), query()]
    running.start(unseen, 1)
    running.start(next, 2)
    expect(running.end(next)).toBe(2)
  })

  it('starts a query anew that is submitted again', () => {
    const running = new RunningQueries(database)
    const again = query()
    running.start(again, 1)
    running.end(again)
    running.start(again, 5)
    expect([running.end(again), running.end(again)]).toEqual([5, -1])
  })

  it('gives each of a pipeline its own start, in whatever order they start and end', () => {
    const step = fc.record({ query: fc.nat(4), starts: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), steps => {
        const running = new RunningQueries(database)
        const queries = Array.from({ length: 5 }, query)
        const started = new Map<number, number>()
        for (const [now, { query: index, starts }] of steps.entries()) {
          if (starts) {
            if (started.has(index)) continue
            running.start(queries[index]!, now)
            started.set(index, now)
          } else {
            expect(running.end(queries[index]!)).toBe(started.get(index) ?? -1)
            started.delete(index)
          }
        }
      }),
    )
  })
})
