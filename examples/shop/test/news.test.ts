import type { LedgerEntry, Refusal } from 'homeostat'
import { describe, expect, it } from 'vitest'
import { News } from '../src/demo/news.ts'
import { cleaned, firing, quiet, response } from './ledger-entry.ts'

const refusal = (reason: Refusal['reason'], detail: string): Refusal => ({
  kind: 'refusal',
  firing,
  response,
  reason,
  detail,
})
const judged = {
  ...cleaned,
  state: 'judged',
  judgedAt: 160_000,
  verdict: 'inconclusive',
  reason: '1 of 6 act, 0 of 6 control',
  blindSpots: [],
  after: [
    [150_000, 0.3],
    [160_000, 0.28],
  ],
} satisfies LedgerEntry['verdicts'][number]

describe('the news of the timeline', () => {
  it('report a condition once and its firing once, with the number', () => {
    const news = new News()
    const seen = { ...quiet, pending: [{ ...firing, since: 100_000, firesAt: 115_000 }] }
    expect(news.read(seen)).toEqual([
      { kind: 'seen', text: 'heap in use 84 %: MemoryPressure fires if it stays for 15 s' },
    ])
    expect(news.read(seen)).toEqual([])
    const fired = { ...quiet, firings: [firing] }
    expect(news.read(fired)).toEqual([{ kind: 'fired', text: 'MemoryPressure: heap in use 84 %, after 15 s' }])
    expect(news.read(fired)).toEqual([])
    expect(news.read(quiet)).toEqual([{ kind: 'over', text: 'MemoryPressure: its condition no longer holds' }])
  })

  it('report why an action was refused, once per change of reason', () => {
    const news = new News()
    const refused = (...refusals: Refusal[]): LedgerEntry => ({ ...quiet, firings: [firing], refusals })
    const kinds = (entry: LedgerEntry): string[] =>
      news.read(entry).flatMap(({ kind, text }) => (kind === 'refused' ? text : []))
    expect(kinds(refused(refusal('warm-up', '4 s of warm-up left')))).toEqual([
      'memory.cleanup for MemoryPressure: warm-up (4 s of warm-up left)',
    ])
    expect(kinds(refused(refusal('warm-up', '2 s of warm-up left')))).toEqual([])
    expect(kinds(refused(refusal('cooldown', 'ran 2 s ago')))).toEqual([
      'memory.cleanup for MemoryPressure: cooldown (ran 2 s ago)',
    ])
  })

  it('give the receipt when an action is over', () => {
    expect(new News().read({ ...quiet, ended: [cleaned] })).toEqual([
      { kind: 'done', text: 'memory.cleanup#1 after 0.3 s: removed 4,431 expired entries' },
    ])
  })

  it('report the steps of a trial in order, even if all of them fell between two ticks', () => {
    const { outcome: _, endedAt: __, ...begun } = cleaned
    const entry: LedgerEntry = {
      ...quiet,
      firings: [firing],
      started: [{ ...begun, state: 'running' }],
      ended: [cleaned],
      verdicts: [judged],
    }
    expect(new News().read(entry).map(({ kind }) => kind)).toEqual(['fired', 'decided', 'done', 'verdict'])
  })

  it('never call before and after evidence, and report why the verdict is not more conclusive', () => {
    expect(new News().read({ ...quiet, verdicts: [judged] })).toEqual([
      {
        kind: 'verdict',
        text: 'memory.cleanup#1 inconclusive: heap in use 84 % -> 28 % (not evidence); 1 of 6 act, 0 of 6 control',
      },
    ])
  })

  it('report runs that were withheld at random, also in their verdicts', () => {
    const withheld = { ...cleaned, arm: 'control', outcome: { status: 'withheld' } } as const
    expect(new News().read({ ...quiet, withheld: [withheld] })).toEqual([
      { kind: 'withheld', text: 'memory.cleanup for MemoryPressure, at random, as a control (memory.cleanup#1)' },
    ])
    const [verdict] = new News().read({ ...quiet, verdicts: [{ ...judged, ...withheld, state: 'judged' }] })
    expect(verdict?.text).toMatch(/^memory.cleanup#1, withheld, inconclusive: /)
  })

  it('report what the guards of a trial could not have detected', () => {
    const blindSpots = ['p99 would miss harm below +58 %']
    const [verdict] = new News().read({ ...quiet, verdicts: [{ ...judged, blindSpots }] })
    expect(verdict?.text).toMatch(/; p99 would miss harm below \+58 %$/)
  })

  it('report the numbers of a breached guard once', () => {
    const reason = 'a guard was breached: p99 is 80 % above its quiet level'
    const [verdict] = new News().read({ ...quiet, verdicts: [{ ...judged, reason, blindSpots: ['p99 would miss'] }] })
    expect(verdict?.text).toBe('memory.cleanup#1 inconclusive: a guard was breached')
  })

  it('report breached guards, reverted changes, and actions that may no longer run', () => {
    const reason = 'p99 is 80 % above its quiet level'
    const entry: LedgerEntry = {
      ...quiet,
      breaches: [{ trial: judged.id, action: judged.action, arm: 'act', reason }],
      reverted: [
        { ...judged, reverted: { result: 'restored', because: 'guard breached', from: 150_000, at: 160_000 } },
      ],
      quarantined: [{ alert: judged.alert, action: judged.action, until: 100_000 + 86_400_000, reason: 'it harms' }],
      offers: [{ alert: judged.alert, action: judged.action, mode: 'advise', because: 'it harms' }],
    }
    expect(new News().read(entry)).toEqual([
      { kind: 'breach', text: 'memory.cleanup#1: p99 is 80 % above its quiet level' },
      { kind: 'reverted', text: 'memory.cleanup#1 was reverted (guard breached)' },
      { kind: 'quarantine', text: 'memory.cleanup for MemoryPressure rests for 24 h: it harms' },
      { kind: 'offer', text: 'mode advise for memory.cleanup on MemoryPressure: it harms' },
    ])
  })
})
