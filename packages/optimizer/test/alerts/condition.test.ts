import { expect, test } from 'vitest'
import { advanceCondition, INACTIVE, isActionable } from '../../src/alerts/condition.ts'
import type { Condition, Reading } from '../../src/alerts/condition.ts'
import { EvaluationTimes } from './evaluation-times.ts'

const INTERVAL_MS = 5000
const START = Date.UTC(2026, 0, 1)
const policy = { forMs: 30_000, keepFiringForMs: 60_000, intervalMs: INTERVAL_MS, startedAt: START }

/** One evaluation each interval, from the start on. */
class Story {
  condition: Condition = INACTIVE
  now = START
  readonly #times = new EvaluationTimes()

  see(reading: Reading, times = 1): this {
    for (let i = 0; i < times; i++) {
      this.condition = advanceCondition(this.condition, reading, this.#times.next(this.now), policy)
      this.now += INTERVAL_MS
    }
    return this
  }

  get state(): Condition['state'] {
    return this.condition.state
  }
}

const firing = (): Story => new Story().see('holds', 7)

test('an alert fires when its expression held at every evaluation for as long as its rule asks', () => {
  expect(new Story().see('holds', 6).state).toBe('pending')
  expect(firing().state).toBe('firing')
  expect(new Story().see('holds', 6).see('clear').see('holds', 6).state).toBe('pending')
  expect(new Story().see('holds', 6).see('dead band').state).toBe('inactive')
})

test('a rule without `for` fires at once', () => {
  expect(advanceCondition(INACTIVE, 'holds', new EvaluationTimes().next(START), { ...policy, forMs: 0 }).state).toBe(
    'firing',
  )
})

test('a pending alert waits while samples are missing, but not for long, and never fires on a missing one', () => {
  expect(new Story().see('holds', 3).see('missing', 3).state).toBe('pending')
  expect(new Story().see('holds', 3).see('missing', 3).see('holds').state).toBe('firing')
  expect(new Story().see('holds', 6).see('missing', 3).state).toBe('pending')
  expect(new Story().see('holds', 3).see('missing', 4).state).toBe('inactive')
})

test('a few samples between many missing ones prove nothing', () => {
  const sparse = new Story()
  for (let i = 0; i < 20; i++) sparse.see('holds').see('missing', 2)
  expect(sparse.state).toBe('pending')
  const half = new Story()
  for (let i = 0; i < 4; i++) half.see('holds').see('missing')
  expect(half.state).toBe('firing')
})

test('a pending alert starts over after a gap between evaluations, as a suspended laptop leaves one', () => {
  const story = new Story().see('holds', 3)
  story.now += 3_600_000
  expect(story.see('holds').condition).toMatchObject({ state: 'pending', since: story.now - INTERVAL_MS })
  expect(story.see('holds', 6).state).toBe('firing')
  const late = new Story().see('holds', 3)
  late.now += 3 * INTERVAL_MS
  expect(late.see('missing').state).toBe('inactive')
})

test('a clock that goes back starts a pending alert over and keeps a firing one', () => {
  const pending = new Story().see('holds', 5)
  pending.now -= 86_400_000
  expect(pending.see('holds').condition).toMatchObject({ state: 'pending', since: pending.now - INTERVAL_MS })
  const lasting = firing()
  lasting.now -= 86_400_000
  expect(lasting.see('holds').state).toBe('firing')
  expect(lasting.see('clear', 13).state).toBe('inactive')
})

test('a firing alert goes on in the dead band, and nothing acts on it there', () => {
  const story = firing()
  expect(isActionable(story.condition)).toBe(true)
  story.see('dead band', 1000)
  expect(story.state).toBe('firing')
  expect(isActionable(story.condition)).toBe(false)
})

test('it ends when it has been clear for keep_firing_for, and is the same firing when it holds again before', () => {
  expect(firing().see('clear', 12).state).toBe('resolving')
  expect(firing().see('clear', 13).condition).toMatchObject({ state: 'inactive', ended: 'clear' })
  const again = firing().see('clear', 12).see('holds')
  expect(again.condition).toMatchObject({ state: 'firing', firedAt: START + 30_000, since: START })
  expect(again.condition.flaps.transitions).toHaveLength(1)
  expect(again.see('clear', 12).state).toBe('resolving')
})

test('an alert that is resolving waits in the dead band for the next clear evaluation', () => {
  const story = firing().see('clear').see('dead band', 100)
  expect(story.state).toBe('resolving')
  expect(story.see('clear').state).toBe('inactive')
})

test('a missing sample or two do not delay the end of what was clear', () => {
  expect(firing().see('clear', 11).see('missing', 2).state).toBe('inactive')
  expect(firing().see('clear', 5).see('missing', 8).state).toBe('resolving')
})

test('a firing alert is kept while its data is missing, nothing acts on it, and it ends after five minutes', () => {
  const story = firing().see('missing')
  expect(story.condition).toMatchObject({ state: 'firing', missingSince: START + 35_000 })
  expect(isActionable(story.condition)).toBe(false)
  expect(story.see('missing', 59).state).toBe('firing')
  expect(story.see('missing').condition).toMatchObject({ state: 'inactive', ended: 'missing' })
  const back = firing().see('missing', 30).see('holds')
  expect(isActionable(back.condition)).toBe(true)
})

test('what was clear before a gap says nothing about the gap', () => {
  const story = firing().see('clear', 10)
  story.now += 600_000
  expect(story.see('clear', 12).state).toBe('resolving')
  expect(story.see('clear').state).toBe('inactive')
  const unknown = firing().see('clear', 10)
  unknown.now += 600_000
  expect(unknown.see('missing').state).toBe('firing')
})

test('a condition whose readings stay the same is the same object: nothing is made for an alert that does not change', () => {
  const same = (story: Story, reading: Reading): void => {
    const before = story.condition
    expect(story.see(reading, 3).condition).toBe(before)
  }
  same(new Story(), 'clear')
  same(new Story().see('holds'), 'holds')
  same(firing(), 'holds')
  same(firing().see('dead band'), 'dead band')
  same(firing().see('missing'), 'missing')
  same(firing().see('clear'), 'clear')
  same(firing().see('clear').see('dead band'), 'dead band')
  same(firing().see('clear').see('missing', 3), 'missing')
})

test('a firing alert shows since when its expression does not hold, whatever it reads meanwhile', () => {
  const story = firing()
  expect(story.condition).not.toHaveProperty('keptSince')
  const keptSince = story.now
  story.see('dead band', 2).see('missing').see('clear', 2)
  expect(story.condition).toMatchObject({ state: 'resolving', keptSince })
  expect(story.see('holds').condition).not.toHaveProperty('keptSince')
})
