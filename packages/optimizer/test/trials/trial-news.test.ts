import { expect, test } from 'vitest'
import type { TrialEvent } from '../../src/trials/advance-trial.ts'
import { advanceTrial } from '../../src/trials/advance-trial.ts'
import { TrialNews } from '../../src/trials/trial-news.ts'
import type { Trial } from '../../src/words/trial.ts'
import { begin, completed, interruption, judged, policy, reverted, SETTLE_MS } from './trial-events.ts'

const tick: TrialEvent = { type: 'tick' }
const keeping = [completed(true), tick, judged('effective')] as const

function advance(news: TrialNews, trial: Trial, ...events: readonly TrialEvent[]): Trial {
  return events.reduce((from, event) => {
    const to = advanceTrial(from, event, SETTLE_MS, policy)
    news.advanced(from, to)
    return to
  }, trial)
}

const statesIn = (news: TrialNews): unknown[] => {
  const { verdicts, reverted: undone } = news.take()
  return [verdicts.map(({ state, verdict }) => `${state} ${verdict}`), undone.map(({ state }) => state)]
}

test('the verdict on a kept change is reported once, and not again at the end of its alert', () => {
  const news = new TrialNews()
  const kept = advance(news, begin('act', 0), ...keeping)
  expect(statesIn(news)).toEqual([['kept effective'], []])
  const reverting = advance(news, kept, { type: 'resolved' })
  expect(statesIn(news)).toEqual([[], []])
  advance(news, reverting, reverted('restored'))
  expect(statesIn(news)).toEqual([[], ['judged']])
})

test('a kept change that ends with another verdict is reported again', () => {
  const news = new TrialNews()
  const kept = advance(news, begin('act', 0), ...keeping)
  news.take()
  advance(news, kept, interruption('breached'))
  expect(statesIn(news)).toEqual([['reverting inconclusive'], []])
})

test('the last of two verdicts within one tick is reported', () => {
  const news = new TrialNews()
  advance(news, begin('act', 0), ...keeping, interruption('killed'))
  expect(statesIn(news)).toEqual([['reverting inconclusive'], []])
})

test('a shadow has no verdict to report', () => {
  const news = new TrialNews()
  advance(news, begin('shadow', 0), tick, judged('inconclusive'))
  expect(statesIn(news)).toEqual([[], []])
})
