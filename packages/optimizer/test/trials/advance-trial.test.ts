import fc from 'fast-check'
import { expect, test } from 'vitest'
import { advanceTrial, isPossible } from '../../src/trials/advance-trial.ts'
import type { TrialEvent } from '../../src/trials/advance-trial.ts'
import { cooldownMs } from '../../src/trials/cooldown.ts'
import { isToBeJudged } from '../../src/trials/trial-values.ts'
import type { Rest, Trial, TrialArm } from '../../src/words/trial.ts'
import {
  begin,
  beginnings,
  completed,
  COOLDOWN_MS,
  failed,
  interruption,
  judged,
  noop,
  policy,
  reverted,
  SETTLE_MS,
  trialStep,
  WINDOW_MS,
} from './trial-events.ts'

type Happening = readonly [waitMs: number, event: TrialEvent]

const tick: TrialEvent = { type: 'tick' }
const resolved: TrialEvent = { type: 'resolved' }

/** A trial that began at 0, after events; each comes after a wait in milliseconds. */
function after(...events: readonly Happening[]): Trial {
  return afterIn('act', ...events)
}

function afterIn(arm: TrialArm, ...events: readonly Happening[]): Trial {
  return story(begin(arm, 0), ...events)
}

function story(trial: Trial, ...events: readonly Happening[]): Trial {
  let now = trial.startedAt
  return events.reduce((last, [waitMs, event]) => advanceTrial(last, event, (now += waitMs), policy), trial)
}

/** The run has ended at 1 s, and the window is open at 11 s. */
const verifying = (isLasting: boolean): readonly Happening[] => [
  [1000, completed(isLasting)],
  [SETTLE_MS, tick],
]

test('a run settles, is verified and judged, and its cooldown begins', () => {
  expect(after([1000, completed()])).toMatchObject({ state: 'settling', endedAt: 1000 })
  expect(after([1000, completed()], [SETTLE_MS - 1001, tick]).state).toBe('settling')
  expect(after(...verifying(false)).state).toBe('verifying')
  expect(after(...verifying(false), [WINDOW_MS, judged('effective')])).toMatchObject({
    state: 'judged',
    verdict: 'effective',
    judgedAt: 31_000,
    rest: { streak: 0, notBefore: 31_000 + COOLDOWN_MS },
  })
})

test('each trial in a row that did not help doubles the cooldown; an undecided one does not', () => {
  const restAfter = (rest: Rest, verdict: 'no_effect' | 'inconclusive' | 'effective'): Rest =>
    story(begin('act', 0, rest), ...verifying(false), [0, judged(verdict)]).rest
  const first = restAfter({ streak: 0, notBefore: 0 }, 'no_effect')
  expect(first).toEqual({ streak: 1, notBefore: 11_000 + 2 * COOLDOWN_MS })
  expect(restAfter(first, 'no_effect').streak).toBe(2)
  expect(restAfter(first, 'inconclusive')).toEqual({ streak: 1, notBefore: 11_000 + 2 * COOLDOWN_MS })
  expect(restAfter(first, 'effective').streak).toBe(0)
})

test('the cooldown is spread by 20 % and never longer than an hour', () => {
  expect([0, 0.5, 1].map(jitter => cooldownMs(100_000, 0, jitter))).toEqual([80_000, 100_000, 120_000])
  expect(cooldownMs(100_000, 3, 0.5)).toBe(800_000)
  expect(cooldownMs(100_000, 1000, 1)).toBe(3_600_000)
})

test('a lasting change stays while it helps and its alert fires, and is reverted when the alert resolves', () => {
  const kept = after(...verifying(true), [0, judged('effective')])
  expect(kept).toMatchObject({ state: 'kept', rest: { notBefore: 11_000 + COOLDOWN_MS } })
  expect(advanceTrial(kept, resolved, 50_000, policy)).toMatchObject({
    state: 'reverting',
    because: 'alert resolved',
    verdict: 'effective',
    judgedAt: 11_000,
    from: 50_000,
  })
})

test('the end of the alert does not end a trial before its verdict', () => {
  const trial = after(...verifying(true))
  expect(advanceTrial(trial, resolved, 20_000, policy)).toBe(trial)
})

test.each(['no_effect', 'inconclusive', 'harmful', 'noop', 'failed'] as const)(
  'a lasting change found %s is reverted',
  verdict => {
    const because = verdict === 'inconclusive' ? 'undecided' : 'verdict'
    expect(after(...verifying(true), [0, judged(verdict)])).toMatchObject({ state: 'reverting', because, verdict })
  },
)

test('a breached guard reverts a lasting change at once, also after the verdict, and counts against the action', () => {
  const breached = interruption('breached')
  const expected = { state: 'reverting', because: 'guard breached', rest: { streak: 1 } }
  expect(after([1, completed(true)], [1, breached])).toMatchObject(expected)
  expect(after(...verifying(true), [1, breached])).toMatchObject(expected)
  expect(after(...verifying(true), [1, judged('effective')], [1, breached])).toMatchObject(expected)
  expect(after(...verifying(false), [1, breached])).toMatchObject({ state: 'judged', rest: { streak: 1 } })
})

test('a control goes on after a breached guard, so that its episode is as long as those of runs', () => {
  expect(afterIn('control', [SETTLE_MS, tick], [1, interruption('breached')])).toMatchObject({
    state: 'verifying',
    rest: { streak: 0 },
  })
})

test('a run that failed backs off; one that did nothing does too, unless it left a change to verify', () => {
  expect(after([1, failed('timeout')])).toMatchObject({ state: 'judged', verdict: 'failed', rest: { streak: 1 } })
  expect(after([1, noop()])).toMatchObject({ state: 'judged', verdict: 'noop', rest: { streak: 1 } })
  expect(after([1, noop(true)]).state).toBe('settling')
})

test('a trial is judged after its window, or after twice that when its values are missing', () => {
  const trial = after(...verifying(false))
  if (trial.state !== 'verifying') throw new Error(trial.state)
  const end = SETTLE_MS + WINDOW_MS
  const full = { ...trial, after: Array.from({ length: 4 }, (_, n) => [end - n * 5000, 1] as const) }
  expect([isToBeJudged(full, 5000, end - 1), isToBeJudged(full, 5000, end)]).toEqual([false, true])
  expect([isToBeJudged(trial, 5000, end), isToBeJudged(trial, 5000, end + WINDOW_MS)]).toEqual([false, true])
})

test('a withheld run is watched from the decision on and followed by the same cooldown; its verdict counts for nothing', () => {
  expect(afterIn('control', [SETTLE_MS - 1, tick]).state).toBe('settling')
  expect(afterIn('control', [SETTLE_MS, tick], [WINDOW_MS, judged('no_effect')])).toMatchObject({
    state: 'judged',
    rest: { streak: 0, notBefore: 30_000 + COOLDOWN_MS },
  })
})

test('a shadow takes no cooldown', () => {
  const shadow = afterIn('shadow', [SETTLE_MS, tick], [WINDOW_MS, judged('inconclusive')])
  expect(shadow).toMatchObject({ state: 'judged', rest: { notBefore: -Infinity } })
})

test('an undo is reported once, and the cooldown begins with its end', () => {
  const reverting = [...verifying(true), [0, judged('no_effect')]] as const
  for (const result of ['restored', 'superseded', 'failed'] as const) {
    expect(after(...reverting, [1000, reverted(result)])).toMatchObject({
      state: 'judged',
      verdict: 'no_effect',
      reverted: { result, because: 'verdict', from: 11_000, at: 12_000 },
      rest: { streak: 1, notBefore: 12_000 + 2 * COOLDOWN_MS },
    })
  }
})

test('the kill switch reverts a lasting change, ends any other trial, and what still runs ends with its run', () => {
  const killed: Happening = [1, interruption('killed')]
  expect(after(...verifying(true), killed)).toMatchObject({ state: 'reverting', because: 'kill switch' })
  expect(after(...verifying(true), [0, judged('effective')], killed).state).toBe('reverting')
  expect(after(...verifying(false), killed)).toMatchObject({ state: 'judged', rest: { streak: 0 } })
  expect(afterIn('control', killed)).toMatchObject({ state: 'judged', rest: { notBefore: 1 + COOLDOWN_MS } })
  expect(after(killed)).toMatchObject({ state: 'running', ending: { because: 'kill switch' } })
  expect(after(killed, [60_000, completed(true)])).toMatchObject({ state: 'reverting', because: 'kill switch' })
  expect(after(killed, [60_000, failed('aborted')])).toMatchObject({ state: 'judged', rest: { streak: 0 } })
})

test('a change whose lease is lost is reverted; what does not last has no lease', () => {
  expect(after(...verifying(true), [1, interruption('lost')])).toMatchObject({ because: 'lease lost' })
  expect(after(...verifying(false), [1, interruption('lost')]).state).toBe('verifying')
})

test('a trial that yields to another one ends, and counts neither for nor against its action', () => {
  const preempted: Happening = [1000, interruption('preempted')]
  expect(after(preempted)).toMatchObject({ state: 'running', ending: { because: 'preempted' } })
  for (const ended of [completed(), noop(), failed('failed'), failed('timeout'), failed('aborted')]) {
    const over = after(preempted, [1000, ended])
    expect(over).toMatchObject({ state: 'judged', verdict: 'inconclusive', reason: 'preempted', rest: { streak: 0 } })
  }
  expect(after(preempted, [1000, completed(true)])).toMatchObject({ state: 'reverting', because: 'preempted' })
  expect(after(...verifying(true), preempted)).toMatchObject({ state: 'reverting', because: 'preempted' })
  expect(after(...verifying(true), [0, judged('effective')], preempted)).toMatchObject({
    state: 'reverting',
    verdict: 'effective',
  })
  expect(after(...verifying(false), preempted)).toMatchObject({ state: 'judged', verdict: 'inconclusive' })
  expect(afterIn('control', preempted)).toMatchObject({ state: 'judged', rest: { streak: 0 } })
})

test('a run that is ended for another one and then by the kill switch reports both', () => {
  const trial = after([0, interruption('preempted')], [0, interruption('killed')], [1, completed(true)])
  expect(trial).toMatchObject({ state: 'reverting', because: 'kill switch', reason: 'preempted' })
  expect(after([0, interruption('killed')], [0, interruption('preempted')], [1, completed(true)])).toMatchObject({
    because: 'kill switch',
    reason: 'it ended before its effect could be seen',
  })
})

test('an event that cannot happen in a state changes nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...beginnings), fc.array(trialStep, { maxLength: 60 }), ({ arm }, steps) => {
      let trial = begin(arm, 0)
      let now = 0
      for (const { event, waitMs } of steps) {
        now += waitMs
        if (event.type === 'begun') continue
        const next = advanceTrial(trial, event, now, policy)
        if (!isPossible(trial.state, event.type)) expect(next).toBe(trial)
        trial = next
      }
    }),
  )
})
