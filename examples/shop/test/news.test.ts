import type { Firing, LedgerEntry, Receipt, Refusal, Response } from 'homeostat'
import { describe, expect, it } from 'vitest'
import { News } from '../src/demo/news.ts'
import { Story } from '../src/demo/story.ts'

const quiet: LedgerEntry = {
  id: 1,
  now: 100_000,
  durationMs: 1,
  mode: 'act',
  pending: [],
  firings: [],
  failures: [],
  decisions: [],
  refusals: [],
  started: [],
  ended: [],
  verdicts: [],
}
const firing: Firing = {
  alert: 'MemoryPressure',
  labels: { homeostat_memory_area: 'heap' },
  annotations: {},
  value: 0.84,
  since: 85_000,
}
const response: Response = { to: { alert: 'MemoryPressure' }, action: 'memory.cleanup', priority: 'safety' }
const refusal = (reason: Refusal['reason'], detail: string): Refusal => ({
  kind: 'refusal',
  firing,
  response,
  reason,
  detail,
})
const ended = (receipt: Receipt): LedgerEntry['ended'][number] => ({
  state: 'settling',
  id: 'memory.cleanup#1',
  action: 'memory.cleanup',
  alert: 'MemoryPressure',
  alertKey: 'MemoryPressure{}',
  labels: firing.labels,
  touches: ['memory'],
  startedAt: 100_000,
  endedAt: 100_300,
  judgeAt: 160_000,
  before: 0.84,
  outcome: { status: 'completed', receipt },
})
const cleaned = ended({ summary: 'removed 4,431 expired entries', effects: { entries: 4431 } })

describe('the news of the timeline', () => {
  it('say once what is seen and once that it fires, with the number', () => {
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

  it('say why an action was refused, once per change of reason', () => {
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

  it('never call before and after evidence', () => {
    const { judgeAt: _, ...rest } = cleaned
    const judged = {
      ...rest,
      state: 'judged',
      judgedAt: 160_000,
      verdict: 'inconclusive',
      reason: 'one run',
      after: 0.28,
    } as const
    expect(new News().read({ ...quiet, verdicts: [judged] })).toEqual([
      {
        kind: 'verdict',
        text: 'memory.cleanup#1 inconclusive: heap in use 84 % -> 28 % (one run without controls: not evidence)',
      },
    ])
  })
})

describe('the story', () => {
  it('names everything that was expected and did not happen', () => {
    const story = new Story()
    story.read({ ...quiet, firings: [firing] })
    expect(story.missing).toEqual([
      'expected SlowQueries to fire, and it did not',
      'expected CacheHitRatioLow to fire, and it did not',
      'expected memory.cleanup to run for MemoryPressure, and it did not',
      'expected QueueBacklog to fire, and it did not',
    ])
  })

  it('is not content with an action that did nothing', () => {
    const story = new Story()
    story.read({
      ...quiet,
      firings: [firing],
      ended: [ended({ summary: 'nothing to give back', effects: { entries: 0 } })],
    })
    expect(story.missing).toContain(
      'expected memory.cleanup to do something about MemoryPressure, and it did not: nothing to give back',
    )
    story.read({ ...quiet, firings: [firing], ended: [{ ...cleaned, id: 'memory.cleanup#2' }] })
    expect(story.missing.join()).not.toContain('memory.cleanup')
  })
})
