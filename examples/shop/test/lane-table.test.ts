import { describe, expect, it } from 'vitest'
import type { LaneResult } from '../src/demo/demo-lane.ts'
import { laneTable, unequalLoad } from '../src/demo/lane-table.ts'
import { Screen } from '../src/demo/screen.ts'
import { printSummary } from '../src/demo/summary.ts'

const result: LaneResult = {
  lane: 'plain',
  sent: { product: 10, buy: 2 },
  received: { 'GET /products/:id': 10, 'POST /orders': 2, 'GET /metrics': 7 },
  requests: 12,
  p50Ms: 3.21,
  p99Ms: 250.4,
  failures: 1,
  unanswered: 0,
  ordered: 2,
  late: 1,
  databaseSeconds: 4.21,
}

describe('the table of the shops', () => {
  it('shows what visitors got, and fits in 80 columns', () => {
    const lines = laneTable([result, { ...result, lane: 'homeostat', databaseSeconds: undefined }], false, 80)
    expect(lines[2]).toMatch(/^plain +12 +3\.2 ms +250 ms +1 +1 of 2 +4\.2 s$/)
    expect(lines[3]).toContain('unknown')
    expect(Math.max(...lines.map(line => line.length))).toBeLessThan(80)
  })

  it('marks the shop in which a person has created an index', () => {
    const lines = laneTable([result, { ...result, lane: 'homeostat' }], true, 80)
    expect(lines[2]).toMatch(/^plain +12 /)
    expect(lines[3]).toMatch(/^homeostat \* +12 /)
    expect(lines[4]).toMatch(/^\* .*a person created/)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThan(80)
    // There is no other shop to compare it with.
    expect(laneTable([{ ...result, lane: 'homeostat' }], true, 80).join(' ')).not.toContain('other shops')
  })

  it('takes what the shops have counted for the load, not what was sent', () => {
    expect(unequalLoad([result, { ...result, lane: 'homeostat' }])).toEqual([])
    const received = { ...result.received, 'GET /products/:id': 9 }
    expect(unequalLoad([result, { ...result, lane: 'homeostat', received }])).toEqual([
      'expected the shop homeostat to receive every visit once, and it received GET /products/:id 9 of 10',
    ])
    expect(unequalLoad([{ ...result, received: {} }])).toEqual([
      'expected the shop plain to receive every visit once, and it received GET /products/:id 0 of 10, POST /orders 0 of 2',
    ])
  })

  it('reports a shop that does not say what it has received', () => {
    expect(unequalLoad([{ ...result, received: undefined }])).toEqual([
      'expected the shop plain to say how many visits it received, and it did not answer',
    ])
  })

  it('accepts visits that did not arrive where as many got no answer, and none that came twice', () => {
    const received = { ...result.received, 'GET /products/:id': 8 }
    expect(unequalLoad([{ ...result, received, unanswered: 2 }])).toEqual([])
    expect(unequalLoad([{ ...result, received, unanswered: 1 }])).toHaveLength(1)
    const twice = { ...result.received, 'GET /products/:id': 11 }
    expect(unequalLoad([{ ...result, received: twice, unanswered: 9 }])).toHaveLength(1)
  })

  it('takes visits of two kinds to one route together', () => {
    const both = { ...result, sent: { front: 3, crawl: 4 } }
    expect(unequalLoad([{ ...both, received: { 'GET /': 7 } }])).toEqual([])
    expect(unequalLoad([{ ...both, received: { 'GET /': 4 } }]).join()).toContain('GET / 4 of 7')
  })
})

describe('the summary without Homeostat', () => {
  it('says that nothing was promised, and not that all of it has happened', () => {
    let text = ''
    const screen = new Screen({ write: part => (text += part) }, {})
    const parts = { seed: 1, digest: 'abc', watched: undefined, lateMs: 0, idle: 0.5 }
    printSummary(screen, { ...parts, results: [result], missing: [] })
    expect(text).toContain('Nothing was promised of Homeostat: no shop had it.')
    expect(text).not.toContain('has happened')
    expect(text).toContain('The shop received these visits')
    const lost = { ...result, received: {} }
    printSummary(screen, { ...parts, results: [lost], missing: ['expected every visit'] })
    expect(text).toContain('MISSING: expected every visit')
    expect(text).toContain('These visits were sent')
    text = ''
    printSummary(screen, { ...parts, results: [{ ...result, received: undefined }], missing: [] })
    expect(text).toContain('These visits were sent')
    expect(text).not.toContain('gave up')
    text = ''
    printSummary(screen, { ...parts, results: [lost], missing: [] })
    expect(text.replaceAll('\n', ' ')).toContain('before they reached a shop that had no time for them: plain 12.')
  })
})

describe('the summary of a busy machine', () => {
  const parts = { seed: 1, digest: 'abc', watched: undefined, missing: [] }
  const summaryOf = (
    rest: { readonly lateMs: number; readonly idle: number },
    missing: readonly string[] = [],
  ): string => {
    let text = ''
    const both = [result, { ...result, lane: 'homeostat' } as const]
    printSummary(new Screen({ write: part => (text += part) }, {}), { ...parts, ...rest, missing, results: both })
    return text
  }

  it('says by what it was busy, and that one shop may have waited longer than another', () => {
    const text = summaryOf({ lateMs: 250, idle: 0.03 }).replaceAll('\n', ' ')
    expect(text).toContain('its cores were in use for 97 % of the time, and one visit of ten began 250 ms late or more')
    expect(text).toContain('one shop may have waited longer than another')
    expect(summaryOf({ lateMs: 3, idle: 0.6 })).not.toContain('busy')
  })

  it('fits in 80 columns, whatever is missing', () => {
    const text = summaryOf({ lateMs: 250, idle: 0.03 }, ['expected a promise to be kept '.repeat(9).trim()])
    expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThan(80)
    expect(text).toMatch(/MISSING: expected .*\n.*promise/)
  })
})
