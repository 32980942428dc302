import { describe, expect, it } from 'vitest'
import { parseSavedHistory, type SavedHistory } from '../../src/parts.ts'

const episode = { at: 1, before: [[1, 2]], after: [[3, 4]], expected: 1 }
const statistics = { acts: 6, controls: 6, unmatched: 0, unusable: 0, look: 6, effect: -0.2, interval: [-0.4, 0.1] }
const whole = {
  version: '1',
  arms: { phase: 'undecided', block: ['act', 'control'] },
  acts: [episode],
  controls: [episode],
  breaches: { act: 0, control: 0 },
  trials: { act: 1, control: 1 },
  standing: { version: '1', harmful: 0, withoutEffect: 1, quarantine: { since: 5, until: 10, reason: 'it did harm' } },
  decided: { verdict: 'effective', reason: 'it helps', statistics },
  own: { verdict: 'effective', reason: 'calls became faster', trials: 2 },
}

describe('2-26: a saved history', () => {
  it('is read as it was saved', () => {
    expect(parseSavedHistory(JSON.parse(JSON.stringify(whole)))).toEqual(whole)
    const { arms: _, decided: _d, ...less } = whole
    expect(parseSavedHistory(less)).toEqual(less)
  })

  it('may have values that could not be measured, which JSON writes as null', () => {
    const saved = parseSavedHistory({ ...whole, acts: [{ ...episode, after: [[3, null]] }] })
    expect(saved?.acts[0]?.after).toEqual([[3, Number.NaN]])
  })

  it('is a copy of what counts, and of nothing else', () => {
    const given = JSON.parse(
      JSON.stringify({ ...whole, more: 1, standing: { ...whole.standing, more: 1 } }),
    ) as SavedHistory
    const read = parseSavedHistory(given)!
    expect(read).toEqual(whole)
    expect(read.acts).not.toBe(given.acts)
    expect(read.standing).not.toBe(given.standing)
  })

  it('never blocks an action for ever, and has reasons of one line', () => {
    const quarantine = { since: 0, until: 1e300, reason: `a\nb\u0000${'x'.repeat(10_000)}` }
    const read = parseSavedHistory({ ...whole, standing: { ...whole.standing, quarantine } })!
    expect(read.standing.quarantine!.until).toBe(366 * 86_400_000)
    expect(read.standing.quarantine!.reason).toMatch(/^a b x+$/)
    expect(read.standing.quarantine!.reason.length).toBeLessThanOrEqual(500)
  })

  const broken: Record<string, unknown> = {
    nothing: null,
    'a number': 7,
    'a list': [],
    'fields that it inherits': Object.create(whole),
    'no version': { ...whole, version: undefined },
    'an unknown arm': { ...whole, arms: { phase: 'undecided', block: ['kill'] } },
    'an unknown phase': { ...whole, arms: { phase: '__proto__', block: [] } },
    'a block without an end': {
      ...whole,
      arms: { phase: 'settled', block: Array.from({ length: 1000 }, () => 'act') },
    },
    'episodes that are no list': { ...whole, acts: { length: 1, 0: episode } },
    'too many episodes': { ...whole, acts: Array.from({ length: 501 }, () => episode) },
    'too many samples': { ...whole, acts: [{ ...episode, before: Array.from({ length: 5001 }, () => [1, 2]) }] },
    'a time that is text': { ...whole, acts: [{ ...episode, at: '1' }] },
    'a sample of text': { ...whole, acts: [{ ...episode, before: [[1, '2']] }] },
    'counts below zero': { ...whole, trials: { act: -1, control: 0 } },
    'counts without bound': { ...whole, breaches: { act: 1e15, control: 0 } },
    'counts in parts': { ...whole, trials: { act: 0.5, control: 0 } },
    'an infinite time': {
      ...whole,
      standing: { ...whole.standing, quarantine: { since: -Infinity, until: 1, reason: '' } },
    },
    'a reason that is no text': {
      ...whole,
      standing: { ...whole.standing, quarantine: { since: 0, until: 1, reason: {} } },
    },
    'an own verdict that no action gives': { ...whole, own: { ...whole.own, verdict: 'palliative' } },
    'an unknown verdict': { ...whole, decided: { ...whole.decided, verdict: 'always' } },
    'no statistics': { ...whole, decided: { ...whole.decided, statistics: undefined } },
    'an effect without bound': {
      ...whole,
      decided: { ...whole.decided, statistics: { ...statistics, effect: Infinity } },
    },
    'an interval of one': { ...whole, decided: { ...whole.decided, statistics: { ...statistics, interval: [1] } } },
    'an unknown look': { ...whole, decided: { ...whole.decided, statistics: { ...statistics, look: 7 } } },
  }
  it.each(Object.entries(broken))('with %s counts as none', (_, value) => {
    expect(parseSavedHistory(value)).toBeUndefined()
  })
})
