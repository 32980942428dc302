import { expect, test } from 'vitest'
import { advanceCondition, INACTIVE, isActionable } from '../../src/instances/condition.ts'
import type { Condition, Reading } from '../../src/instances/condition.ts'

const INTERVAL_MS = 5000
const START = Date.UTC(2026, 0, 1)
const policy = { forMs: 30_000, keepFiringForMs: 60_000, intervalMs: INTERVAL_MS, startedAt: START }

/** One evaluation each interval, from the start on. */
class Story {
  condition: Condition = INACTIVE
  now = START

  then(reading: Reading, times = 1, intervalMs = INTERVAL_MS): this {
    for (let i = 0; i < times; i++) {
      this.condition = advanceCondition(this.condition, reading, this.now, policy)
      this.now += intervalMs
    }
    return this
  }

  get state(): Condition['state'] {
    return this.condition.state
  }
}

const firing = (): Story => new Story().then('holds', 7)

test('an alert fires when its expression held at every evaluation for as long as its rule asks', () => {
  expect(new Story().then('holds', 6).state).toBe('pending')
  expect(firing().state).toBe('firing')
  expect(new Story().then('holds', 6).then('clear').then('holds', 6).state).toBe('pending')
  expect(new Story().then('holds', 6).then('dead band').state).toBe('inactive')
})

test('a rule without `for` fires at once', () => {
  expect(advanceCondition(INACTIVE, 'holds', START, { ...policy, forMs: 0 }).state).toBe('firing')
})

test('a pending alert waits while samples are missing, but not for long, and never fires on a missing one', () => {
  expect(new Story().then('holds', 3).then('missing', 3).state).toBe('pending')
  expect(new Story().then('holds', 3).then('missing', 3).then('holds').state).toBe('firing')
  expect(new Story().then('holds', 6).then('missing', 3).state).toBe('pending')
  expect(new Story().then('holds', 3).then('missing', 4).state).toBe('inactive')
})

test('a few samples between many missing ones are no proof', () => {
  const sparse = new Story()
  for (let i = 0; i < 20; i++) sparse.then('holds').then('missing', 2)
  expect(sparse.state).toBe('pending')
  const half = new Story()
  for (let i = 0; i < 4; i++) half.then('holds').then('missing')
  expect(half.state).toBe('firing')
})

test('a pending alert starts over after a gap between evaluations, as a suspended laptop leaves one', () => {
  const story = new Story().then('holds', 3)
  story.now += 3_600_000
  expect(story.then('holds').condition).toMatchObject({ state: 'pending', since: story.now - INTERVAL_MS })
  expect(story.then('holds', 6).state).toBe('firing')
  const late = new Story().then('holds', 3)
  late.now += 3 * INTERVAL_MS
  expect(late.then('missing').state).toBe('inactive')
})

test('a clock that is set back starts a pending alert over and keeps a firing one', () => {
  const pending = new Story().then('holds', 5)
  pending.now -= 86_400_000
  expect(pending.then('holds').condition).toMatchObject({ state: 'pending', since: pending.now - INTERVAL_MS })
  const lasting = firing()
  lasting.now -= 86_400_000
  expect(lasting.then('holds').state).toBe('firing')
  expect(lasting.then('clear', 13).state).toBe('inactive')
})

test('a firing alert goes on in the dead band, and nothing acts on it there', () => {
  const story = firing()
  expect(isActionable(story.condition)).toBe(true)
  story.then('dead band', 1000)
  expect(story.state).toBe('firing')
  expect(isActionable(story.condition)).toBe(false)
})

test('it ends when it has been clear for keep_firing_for, and is the same firing when it holds again before', () => {
  expect(firing().then('clear', 12).state).toBe('resolving')
  expect(firing().then('clear', 13).condition).toMatchObject({ state: 'inactive', ended: 'clear' })
  const again = firing().then('clear', 12).then('holds')
  expect(again.condition).toMatchObject({ state: 'firing', firedAt: START + 30_000, since: START })
  expect(again.condition.flaps.transitions).toHaveLength(1)
  expect(again.then('clear', 12).state).toBe('resolving')
})

test('an alert that is resolving waits in the dead band for the next clear evaluation', () => {
  const story = firing().then('clear').then('dead band', 100)
  expect(story.state).toBe('resolving')
  expect(story.then('clear').state).toBe('inactive')
})

test('a missing sample or two do not delay the end of what was clear', () => {
  expect(firing().then('clear', 11).then('missing', 2).state).toBe('inactive')
  expect(firing().then('clear', 5).then('missing', 8).state).toBe('resolving')
})

test('a firing alert is kept while its data is missing, nothing acts on it, and it ends after five minutes', () => {
  const story = firing().then('missing')
  expect(story.condition).toMatchObject({ state: 'firing', missingSince: START + 35_000 })
  expect(isActionable(story.condition)).toBe(false)
  expect(story.then('missing', 59).state).toBe('firing')
  expect(story.then('missing').condition).toMatchObject({ state: 'inactive', ended: 'missing' })
  const back = firing().then('missing', 30).then('holds')
  expect(isActionable(back.condition)).toBe(true)
})

test('what was clear before a gap says nothing about the gap', () => {
  const story = firing().then('clear', 10)
  story.now += 600_000
  expect(story.then('clear', 12).state).toBe('resolving')
  expect(story.then('clear').state).toBe('inactive')
  const unknown = firing().then('clear', 10)
  unknown.now += 600_000
  expect(unknown.then('missing').state).toBe('firing')
})
