import { describe, expect, it } from 'vitest'
import { isWithin, problemOfWindow } from '../../../src/actions/create-index/create-index-options.ts'
import { commentOf, parseComment, type OwnComment } from '../../../src/actions/create-index/own-index.ts'

describe('the comment of an index', () => {
  const comment: OwnComment = {
    state: 'trial',
    reason: 'slow SELECT orders "it\'s, fingerprint"\nusers',
    fingerprint: '0123456789abcdef',
    since: new Date(Date.UTC(2026, 0, 1)),
    until: new Date(Date.UTC(2026, 0, 2)),
  }

  it('is read as it was written', () => {
    expect(parseComment(commentOf(comment))).toEqual(comment)
    const { until: _, ...kept } = { ...comment, state: 'kept' as const }
    expect(parseComment(commentOf(kept))).toEqual(kept)
  })

  it.each([
    null,
    undefined,
    '',
    'an index of mine',
    'homeostat',
    `${commentOf(comment)} and more`,
    `see ${commentOf(comment)}`,
    commentOf(comment).replace('trial', 'built'),
    commentOf(comment).replace('2026-01-01', '2026-13-41'),
  ])('is not ours when it is %j', text => {
    expect(parseComment(text)).toBeUndefined()
  })
})

describe('the window', () => {
  const at = (hours: number, minutes = 0): Date => new Date(2026, 5, 15, hours, minutes)

  it('may go past midnight', () => {
    expect([22, 23, 0, 4].map(hour => isWithin('22:00-05:00', at(hour)))).toEqual([true, true, true, true])
    expect([5, 12, 21].map(hour => isWithin('22:00-05:00', at(hour)))).toEqual([false, false, false])
    expect(isWithin('22:30-05:00', at(22, 29))).toBe(false)
  })

  it('ends before its end, and is the whole day where both are alike', () => {
    expect([1, 2, 3].map(hour => isWithin('02:00-03:00', at(hour)))).toEqual([false, true, false])
    expect([0, 7, 23].map(hour => isWithin('00:00-00:00', at(hour)))).toEqual([true, true, true])
  })

  it('is checked at the door', () => {
    expect(problemOfWindow('22:00-05:00')).toBeUndefined()
    for (const text of ['', '22-05', '24:00-05:00', '22:00 - 05:00', '22:60-05:00'])
      expect(problemOfWindow(text)).toContain('22:30-05:00')
  })
})
