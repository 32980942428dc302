import type { LedgerEntry, Verdict } from 'homeostat'
import { describe, expect, it } from 'vitest'
import { actionTable } from '../src/demo/action-table.ts'
import { isSettled } from '../src/demo/promises.ts'
import { missingOfRestart } from '../src/demo/restart.ts'
import { Story } from '../src/demo/story.ts'
import { advised, ended, firing, quiet } from './ledger-entry.ts'

type Judged = Extract<LedgerEntry['verdicts'][number], { state: 'judged' }>

/** A trial of an action that has been judged. */
function judged(alert: string, action: string, verdict: Verdict, parts: Partial<Judged> = {}): Judged {
  return {
    ...ended({ summary: 'did it', effects: { loaded: 900, skipped: 95, heldOut: 1005, changed: 1 } }, `${action}#1`),
    alert,
    action,
    state: 'judged',
    judgedAt: 160_000,
    verdict,
    reason: 'of ten blocks',
    blindSpots: [],
    ...parts,
  }
}

const fired = (alert: string): LedgerEntry => ({ ...quiet, firings: [{ ...firing, alert, labels: {} }] })
const reverted = { result: 'restored', because: 'guard breached', from: 103_900, at: 104_000 } as const

function storyOf(...entries: readonly Partial<LedgerEntry>[]): Story {
  const story = new Story()
  for (const entry of entries) story.read({ ...quiet, ...entry })
  return story
}

describe('the story', () => {
  it('names everything that was promised and did not happen', () => {
    const story = new Story()
    story.read({ ...quiet, firings: [firing] })
    expect(story.missing).toEqual([
      'expected CacheHitRatioLow to fire, and it did not',
      'expected FlashCrowd to fire, and it did not',
      'expected CacheHitRatioLow to fire, and it did not',
      'expected ProductsAreViewed to fire, and it did not',
      'expected memory.cleanup to run for MemoryPressure, and it did not',
      'expected JobsDelayLoop to fire, and it did not',
      'expected SlowQueries to fire, and it did not',
      'expected QueueBacklog to fire, and it did not',
    ])
  })

  it('is not content with an action that did nothing', () => {
    const nothing = ended({ summary: 'nothing to give back', effects: { entries: 0 } })
    const one = ended({ summary: 'removed 1 entry', effects: { entries: 1 } }, 'memory.cleanup#2')
    const story = storyOf({ firings: [firing], ended: [nothing] })
    expect(story.missing).toContain(
      'expected memory.cleanup to do something about MemoryPressure, and it did not: nothing to give back',
    )
    story.read({ ...quiet, firings: [firing], ended: [one] })
    expect(story.missing.join()).not.toContain('memory.cleanup')
  })

  it('is content with an effective action, with a placebo that is not, and with a harmful one that a guard reverts', () => {
    const story = storyOf(
      fired('CacheHitRatioLow'),
      fired('ProductsAreViewed'),
      { verdicts: [judged('CacheHitRatioLow', 'cache.warm', 'effective')] },
      { verdicts: [judged('CacheHitRatioLow', 'shop.placebo', 'no_effect')] },
      { reverted: [judged('ProductsAreViewed', 'shop.recommendations', 'inconclusive', { reverted })] },
    )
    expect(story.missing.join()).not.toMatch(/cache\.warm|shop\.placebo|shop\.recommendations/)
  })

  it.each([
    ['CacheHitRatioLow', 'cache.warm', 'inconclusive', 'expected cache.warm to be called effective, and it was not'],
    ['CacheHitRatioLow', 'shop.placebo', 'effective', 'expected shop.placebo, which does nothing, to get no credit'],
    ['CacheHitRatioLow', 'shop.placebo', 'harmful', 'no credit and no blame, and it was called harmful'],
    ['JobsDelayLoop', 'queue.rescheduleHeavyTasks', 'harmful', 'expected queue.rescheduleHeavyTasks to do no harm'],
    ['ProductsAreViewed', 'shop.recommendations', 'no_effect', 'expected a guard to end shop.recommendations'],
  ] as const)('is not content when for %s, %s is called %s', (alert, action, verdict, missing) => {
    const story = storyOf(fired(alert), { verdicts: [judged(alert, action, verdict)] })
    expect(story.missing.join()).toContain(missing)
  })
})

describe('heavy jobs', () => {
  const heavy = (verdict: Verdict): Story =>
    storyOf(fired('JobsDelayLoop'), { verdicts: [judged('JobsDelayLoop', 'queue.rescheduleHeavyTasks', verdict)] })

  it.each(['effective', 'no_effect', 'inconclusive'] as const)('may be called %s', verdict => {
    expect(heavy(verdict).missing.join()).not.toContain('queue.rescheduleHeavyTasks')
  })

  it('need a verdict: an open trial is missing', () => {
    const open = {
      ...ended({ summary: 'set it', effects: {} }, 'queue.rescheduleHeavyTasks#1'),
      alert: 'JobsDelayLoop',
    }
    const story = storyOf(fired('JobsDelayLoop'), { ended: [{ ...open, action: 'queue.rescheduleHeavyTasks' }] })
    expect(story.missing).toContain(
      'expected a verdict on queue.rescheduleHeavyTasks, and there was none: its trial is settling',
    )
  })

  it('are missing with the reason where their action was refused', () => {
    const refusal = {
      kind: 'refusal',
      firing: { ...firing, alert: 'JobsDelayLoop' },
      response: { to: { alert: 'JobsDelayLoop' }, action: 'queue.rescheduleHeavyTasks', priority: 'slo' },
      reason: 'cooldown',
      detail: 'for 5 s more',
    } as const
    const story = storyOf(fired('JobsDelayLoop'), { refusals: [refusal] })
    expect(story.missing).toContain(
      'expected queue.rescheduleHeavyTasks to run for JobsDelayLoop, and it did not: cooldown (for 5 s more)',
    )
  })

  it('have a row that says so, in 80 columns', () => {
    const story = storyOf(fired('JobsDelayLoop'), {
      verdicts: [judged('JobsDelayLoop', 'queue.rescheduleHeavyTasks', 'inconclusive')],
    })
    const lines = actionTable(story.chapters, 80)
    // The reason, because the verdict alone leaves the question open.
    expect(lines.find(line => line.startsWith('rescheduleHeavyTasks'))).toMatch(/ +inconclusive: of ten blocks$/)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThan(80)
  })
})

describe('the table of the actions', () => {
  it('shows both arms, the effect with its interval and the verdict, and fits in 80 columns', () => {
    const story = storyOf(
      fired('CacheHitRatioLow'),
      fired('ProductsAreViewed'),
      {
        verdicts: [judged('CacheHitRatioLow', 'cache.warm', 'effective')],
        effects: [{ alert: 'CacheHitRatioLow', action: 'cache.warm', effect: 0.42, interval: [0.21, 0.6] }],
      },
      { reverted: [judged('ProductsAreViewed', 'shop.recommendations', 'inconclusive', { reverted })] },
    )
    const lines = actionTable(story.chapters, 80)
    expect(lines.find(line => line.startsWith('cache.warm'))).toMatch(
      /^cache\.warm +995 : 1,005 +\+42% \(\+21\.\.\+60\) +effective$/,
    )
    expect(lines.join('\n')).toMatch(/shop\.recommendations +all : none +- +reverted after 4\.0 s/)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThan(80)
  })
})

describe('the restart', () => {
  const knob = { name: 'shop.offersPerPage', before: 400, atKill: 100, after: 400 }

  it('is as promised when a knob was changed and all are back', () => {
    expect(missingOfRestart({ knobs: [knob], backAfterMs: 900 })).toEqual([])
  })

  it('names the knobs that are not back, and says when none had to come back', () => {
    expect(missingOfRestart({ knobs: [], backAfterMs: undefined })).toEqual([
      'expected every knob to be back after kill -9, and none could be read before it',
    ])
    const unreadable = { name: 'shop.placebo', before: null, atKill: null, after: null }
    expect(missingOfRestart({ knobs: [knob, unreadable], backAfterMs: undefined })).toEqual([
      'expected every knob to be back after kill -9, and these were not: shop.placebo',
    ])
    expect(missingOfRestart({ knobs: [], backAfterMs: undefined, failure: 'it ended' })).toEqual([
      'expected the shop to start again after kill -9, and it did not: it ended',
    ])
    expect(missingOfRestart({ knobs: [{ ...knob, after: 100 }], backAfterMs: undefined })).toEqual([
      'expected every knob to be back after kill -9, and these were not: shop.offersPerPage',
    ])
    expect(missingOfRestart({ knobs: [{ ...knob, atKill: 400 }], backAfterMs: 900 })).toEqual([
      expect.stringContaining('none was: nothing had to be reverted'),
    ])
    expect(missingOfRestart({ knobs: [{ ...knob, atKill: undefined }], backAfterMs: 900 })).toEqual([
      'expected a knob to be changed at the kill -9, and the shop did not answer at that time',
    ])
  })
})

describe('advice', () => {
  const index = { what: 'create an index', why: 'it is slow', statement: 'CREATE INDEX i ON orders (customer_id)' }
  const named = (): Story => storyOf(fired('SlowQueries'), { advised: [{ ...advised, advice: [index] }] })
  const missing = (story: Story): string => story.missing.join()

  it('has to be followed by a person, not only to be named', () => {
    const story = named()
    expect(story.statements).toEqual([index])
    expect(missing(story)).toContain(
      'expected a person to follow the advice of query.optimize for SlowQueries, and that did not happen: it came too late',
    )
    story.followedBy({ followed: index })
    expect(missing(story)).not.toContain('query.optimize')
    expect(actionTable(story.chapters, 80).join('\n')).toMatch(/1 index would help; a person\s+followed it/)
  })

  it('is missing with the reason where the person could not follow it, and nobody waits for it any more', () => {
    const story = named()
    story.followedBy({ why: 'it does not create an index: ANALYZE orders' })
    expect(missing(story)).toContain('that did not happen: it does not create an index: ANALYZE orders')
    expect(story.chapters.filter(isSettled).map(({ promised }) => promised.action)).toEqual(['query.optimize'])
    expect(actionTable(story.chapters, 80).join('\n')).not.toContain('followed')
  })

  it('of another action is not followed in its place', () => {
    const story = storyOf({ advised: [{ ...advised, action: 'query.createIndex', advice: [index] }] })
    expect(story.statements).toEqual([])
  })
})

describe('the effect and the sizes of a trial', () => {
  const design = { kind: 'split', blocks: 10, blockMs: 6000 } as const
  const of = (id: string): Judged => ({ ...judged('CacheHitRatioLow', 'shop.placebo', 'no_effect'), id, design })
  const started = (id: string, startedAt: number): Partial<LedgerEntry>['started'] => {
    const { alert, action, response } = of(id)
    const expecting = { ...response, expect: { expr: 'x', direction: 'up', settleMs: 6000 } } as const
    return [{ ...of(id), alert, action, response: expecting, state: 'running', startedAt }]
  }
  const effects = (effect: number): LedgerEntry['effects'] => [
    { alert: 'CacheHitRatioLow', action: 'shop.placebo', effect, interval: [effect, effect] },
  ]

  it('are those of the trial in the row, in the time that was compared', () => {
    const story = new Story()
    const read = (parts: Partial<LedgerEntry>, act: number, control: number): void =>
      story.read({ ...quiet, ...parts }, { 'shop.placebo': { act, control } })
    read({ now: 100_000, started: started('shop.placebo#1', 100_000)! }, 0, 0)
    read({ now: 105_000 }, 50, 40)
    read({ now: 160_000 }, 550, 640)
    read({ now: 161_000, verdicts: [of('shop.placebo#1')], effects: effects(-0.02) }, 550, 640)
    read({ now: 170_000, started: started('shop.placebo#2', 170_000)! }, 550, 640)
    read({ now: 230_000, verdicts: [of('shop.placebo#2')], effects: effects(0.3) }, 5000, 5000)
    const chapter = story.chapters.find(({ promised }) => promised.action === 'shop.placebo')!
    expect(chapter.arms).toEqual({ act: 500, control: 600 })
    expect(chapter.effect?.effect).toBe(-0.02)
    const lines = actionTable(story.chapters, 80)
    expect(lines.find(line => line.startsWith('shop.placebo'))).toMatch(/^shop\.placebo +500 : 600 +-2% \(-2\.\.-2\)/)
  })

  it('are the keys of the receipt where the action deals keys itself', () => {
    const warmed: Judged = { ...judged('CacheHitRatioLow', 'cache.warm', 'effective'), design }
    const story = storyOf({ ...fired('CacheHitRatioLow'), started: [{ ...warmed, state: 'running' }] }, quiet, {
      verdicts: [warmed],
    })
    const lines = actionTable(story.chapters, 80)
    expect(lines.find(line => line.startsWith('cache.warm'))).toMatch(/^cache\.warm +995 : 1,005 /)
  })

  it('are seconds where the halves are slots of time', () => {
    const story = new Story()
    const heavy = { ...judged('JobsDelayLoop', 'queue.rescheduleHeavyTasks', 'effective'), design }
    const read = (parts: Partial<LedgerEntry>, act: number, control: number): void =>
      story.read({ ...quiet, ...parts }, { 'queue.rescheduleHeavyTasks': { act, control } })
    read({ ...fired('JobsDelayLoop'), now: 100_000, started: [{ ...heavy, state: 'running' }] }, 0, 0)
    read({ now: 160_000 }, 24_400, 22_600)
    read({ now: 161_000, verdicts: [heavy] }, 0, 0)
    const lines = actionTable(story.chapters, 80)
    expect(lines.find(line => line.startsWith('rescheduleHeavyTasks'))).toMatch(/ 24 s : 23 s +- +effective$/)
  })
})
