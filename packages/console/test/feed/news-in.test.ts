import type { Firing, LedgerEntry, Refusal } from '@homeostat/optimizer'
import { expect, test } from 'vitest'
import { newsIn } from '../../src/feed/news-in.ts'
import type { NewsItem } from '../../src/wire/news-item.ts'

const firing = (alert: string, labels = {}): Firing => ({ alert, labels, annotations: {}, value: 3, since: 0 })

function entry(id: number, more: Partial<LedgerEntry> = {}): LedgerEntry {
  const empty = Object.fromEntries(
    [
      'pending',
      'firings',
      'transitions',
      'failures',
      'limited',
      'decisions',
      'refusals',
      'refused',
      'started',
      'ended',
      'withheld',
      'advised',
      'adopted',
      'breaches',
      'verdicts',
      'reverted',
      'quarantined',
      'offers',
      'proofs',
      'open',
      'effects',
      'budgets',
    ].map(name => [name, []]),
  )
  const fleet = { coordinator: 'none' }
  return { ...empty, id, now: id * 1000, durationMs: 1, mode: 'advise', fleet, ...more } as unknown as LedgerEntry
}

/** What each of several entries in a row adds. */
function newsOf(...entries: readonly LedgerEntry[]): NewsItem[][] {
  return entries.map((each, place) => newsIn(each, entries[place - 1]))
}

const refusal = (alert: string, reason: Refusal['reason']): Refusal => ({
  kind: 'refusal',
  firing: firing(alert),
  response: { to: { alert }, action: 'cache.warm', priority: 'slo' },
  reason,
  detail: '40 s of cooldown left',
})

test('an alert that fires says why in the words of its rule, and what ends says so', () => {
  const labels = { cache: 'products' }
  const news = newsOf(
    entry(1, {
      firings: [{ ...firing('CacheHitRatioLow', labels), labels, annotations: { summary: '45 % are hits' } }],
      transitions: [{ alert: 'CacheHitRatioLow', labels, from: 'pending', to: 'firing' }],
    }),
    entry(2, { transitions: [{ alert: 'CacheHitRatioLow', labels, from: 'firing', to: 'inactive' }] }),
  )
  expect(news.flat()).toMatchObject([
    {
      entry: 1,
      kind: 'alert',
      tag: 'firing',
      text: 'CacheHitRatioLow fires: 45 % are hits',
      about: 'CacheHitRatioLow',
    },
    { entry: 2, kind: 'alert', tag: 'over', text: 'CacheHitRatioLow is over' },
  ])
})

test('a refusal is news in the tick in which it begins', () => {
  const [first, second] = newsOf(
    entry(1, { refusals: [refusal('A', 'warm-up')], refused: [refusal('A', 'warm-up')] }),
    entry(2, { refusals: [refusal('A', 'warm-up')] }),
  )
  expect(first).toMatchObject([{ kind: 'refusal', tag: 'warm-up', entry: 1 }])
  expect(second).toEqual([])
})

test('an entry that has lost its details has the same ids as before', () => {
  const transitions = [{ alert: 'A', labels: {}, from: 'pending' as const, to: 'firing' as const }]
  const started = [{ id: 'cache.warm#1', action: 'cache.warm', alert: 'A', arm: 'act' }] as never
  const whole = entry(7, { transitions, started, firings: [firing('A')], refused: [refusal('B', 'cooldown')] })
  const idsIn = (each: LedgerEntry): string[] => newsIn(each, undefined).map(({ id }) => id)
  const all = idsIn(whole)
  expect(new Set(all).size).toBe(3)
  expect(idsIn({ ...whole, firings: [] })).toEqual(all)
  expect(idsIn({ ...whole, firings: [], refused: [] })).toEqual([all[0], all[2]])
})

test('a rule that fails is news once, and not again to somebody who comes while it fails', () => {
  const failing = (id: number): LedgerEntry => entry(id, { failures: [{ rule: 'A', error: 'no such metric' }] })
  expect(newsOf(failing(1), failing(2), entry(3), failing(4)).map(({ length }) => length)).toEqual([1, 0, 0, 1])
  expect(newsOf(failing(300), failing(301)).flat()).toEqual([])
})

test('a thousand alerts at once are twenty lines and their number', () => {
  const transitions = Array.from({ length: 1000 }, (_, index) => ({
    alert: `A${index}`,
    labels: {},
    from: 'inactive' as const,
    to: 'firing' as const,
  }))
  const news = newsIn(entry(1, { transitions }), undefined)
  expect(news).toHaveLength(21)
  expect(news.at(-1)?.text).toBe('980 more in this tick')
})

test('advice that failed keeps the text of its error to itself', () => {
  const advised = [
    {
      id: 'query.optimize#1',
      action: 'query.optimize',
      alert: 'SlowQueries',
      labels: {},
      startedAt: 0,
      endedAt: 1,
      status: 'failed' as const,
      summary: 'relation "secret" does not exist',
      advice: [],
      problems: [],
    },
  ]
  const news = newsIn(entry(1, { advised }), undefined)
  expect(news).toMatchObject([{ kind: 'advice', tag: 'failed', tone: 'warn' }])
  expect(JSON.stringify(news)).not.toContain('secret')
})

test('the kill switch is an entry of its own', () => {
  const modes = (['act', 'off', 'off', 'act'] as const).map((mode, index) => entry(index + 1, { mode }))
  expect(newsOf(...modes)).toMatchObject([
    [],
    [{ kind: 'mode', text: 'all actions are stopped' }],
    [],
    [{ text: 'the mode is act, it was off' }],
  ])
})

test('a proof is an entry at each change, and its verdict counts only where the placebo shows nothing', () => {
  const proof = { id: 'prove#1', knob: 'http.compression', startedAt: 1000, at: 2000, line: 'its line' }
  const ended = { ...proof, change: 'ended' as const, verdict: 'effective' as const, isInOrder: true }
  const proofs = [
    { ...proof, change: 'started' as const },
    { ...ended, placebo: 'no_effect' as const },
    { ...ended, placebo: 'effective' as const },
    { ...ended, verdict: 'inconclusive' as const, placebo: 'inconclusive' as const, isInOrder: false },
  ]
  const news = newsIn(entry(1, { proofs }), undefined)
  const common = { kind: 'proof', about: 'prove#1', text: 'prove#1 of http.compression: its line' }
  expect(news).toMatchObject([
    { ...common, tag: 'started', tone: 'plain' },
    { ...common, tag: 'effective', tone: 'good' },
    { ...common, tag: 'not believed', tone: 'warn' },
    { ...common, tag: 'ended', tone: 'warn' },
  ])
})
