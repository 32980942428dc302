import type { Firing, LedgerEntry, Refusal } from '@homeostat/optimizer'
import { expect, test } from 'vitest'
import { NewsReader } from '../../src/feed/news-reader.ts'

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

const refusal = (alert: string, reason: Refusal['reason']): Refusal => ({
  kind: 'refusal',
  firing: firing(alert),
  response: { to: { alert }, action: 'cache.warm', priority: 'slo' },
  reason,
  detail: '40 s of cooldown left',
})

test('an alert that fires says why in the words of its rule, and what ends says so', () => {
  const reader = new NewsReader()
  const labels = { cache: 'products' }
  const news = [
    ...reader.read(
      entry(1, {
        firings: [{ ...firing('CacheHitRatioLow', labels), labels, annotations: { summary: '45 % are hits' } }],
        transitions: [{ alert: 'CacheHitRatioLow', labels, from: 'pending', to: 'firing' }],
      }),
    ),
    ...reader.read(entry(2, { transitions: [{ alert: 'CacheHitRatioLow', labels, from: 'firing', to: 'inactive' }] })),
  ]
  expect(news).toMatchObject([
    {
      id: '1.0',
      kind: 'alert',
      tag: 'firing',
      text: 'CacheHitRatioLow fires: 45 % are hits',
      about: 'CacheHitRatioLow',
    },
    { id: '2.0', kind: 'alert', tag: 'over', text: 'CacheHitRatioLow is over' },
  ])
})

test('a refusal is news when it begins and when its reason changes, not in every tick', () => {
  const reader = new NewsReader()
  const tags = [refusal('A', 'warm-up'), refusal('A', 'warm-up'), refusal('A', 'cooldown'), refusal('A', 'cooldown')]
    .map((each, index) => reader.read(entry(index + 1, { refusals: [each] })))
    .map(news => news.map(({ tag }) => tag))
  expect(tags).toEqual([['warm-up'], [], ['cooldown'], []])
})

test('a thousand alerts at once are twenty lines and their number', () => {
  const transitions = Array.from({ length: 1000 }, (_, index) => ({
    alert: `A${index}`,
    labels: {},
    from: 'inactive' as const,
    to: 'firing' as const,
  }))
  const news = new NewsReader().read(entry(1, { transitions }))
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
  const news = new NewsReader().read(entry(1, { advised }))
  expect(news).toMatchObject([{ kind: 'advice', tag: 'failed', tone: 'warn' }])
  expect(JSON.stringify(news)).not.toContain('secret')
})

test('the kill switch is an entry of its own', () => {
  const reader = new NewsReader()
  reader.read(entry(1, { mode: 'act' }))
  expect(reader.read(entry(2, { mode: 'off' }))).toMatchObject([{ kind: 'mode', text: 'all actions are stopped' }])
  expect(reader.read(entry(3, { mode: 'off' }))).toEqual([])
  expect(reader.read(entry(4, { mode: 'act' }))).toMatchObject([{ text: 'the mode is act, it was off' }])
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
  const news = new NewsReader().read(entry(1, { proofs }))
  const common = { kind: 'proof', about: 'prove#1', text: 'prove#1 of http.compression: its line' }
  expect(news).toMatchObject([
    { ...common, tag: 'started', tone: 'plain' },
    { ...common, tag: 'effective', tone: 'good' },
    { ...common, tag: 'not believed', tone: 'warn' },
    { ...common, tag: 'ended', tone: 'warn' },
  ])
})
