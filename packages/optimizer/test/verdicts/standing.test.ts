import { expect, test } from 'vitest'
import { advanceStanding, freshStanding } from '../../src/verdicts/standing.ts'
import type { Standing, StandingEvent } from '../../src/verdicts/standing.ts'
import type { Verdict } from '../../src/words/verdict.ts'

const DAY_MS = 86_400_000
const policy = { version: 'a' }

function after(...verdicts: readonly Verdict[]): Standing {
  return verdicts.reduce<Standing>(
    (standing, verdict, index) => advanceStanding(standing, { type: 'judged', verdict }, index, policy),
    freshStanding('a'),
  )
}

test('an action is quarantined when it was found harmful twice', () => {
  expect(after('harmful').quarantine).toBeUndefined()
  expect(after('harmful', 'effective', 'harmful').quarantine?.reason).toBe('found harmful 2 times')
})

test('an action is quarantined when it was without effect three times in a row, whatever was undecided in between', () => {
  expect(after('no_effect', 'no_effect').quarantine).toBeUndefined()
  expect(after('no_effect', 'no_effect', 'effective', 'no_effect').quarantine).toBeUndefined()
  const row = after('no_effect', 'inconclusive', 'no_effect', 'failed', 'noop', 'no_effect')
  expect(row.quarantine?.reason).toBe('found without effect 3 times in a row')
})

test('an action is quarantined at once when its change could not be reverted', () => {
  const reverted = (result: 'restored' | 'superseded' | 'failed'): Standing =>
    advanceStanding(freshStanding('a'), { type: 'reverted', result }, 0, policy)
  expect(reverted('failed').quarantine?.reason).toBe('its change could not be reverted')
  expect(reverted('superseded').quarantine).toBeUndefined()
  expect(reverted('restored').quarantine).toBeUndefined()
})

const quarantined = after('harmful', 'harmful')
const then = (event: StandingEvent, now: number, version = 'a', quarantineMs = DAY_MS): Standing =>
  advanceStanding(quarantined, event, now, { version, quarantineMs })

test('a quarantine ends after a day, by a reset, or with another text of the rule, and everything starts afresh', () => {
  expect(then({ type: 'judged', verdict: 'inconclusive' }, DAY_MS).quarantine).toBeDefined()
  expect(then({ type: 'judged', verdict: 'inconclusive' }, DAY_MS + 1)).toEqual(freshStanding('a'))
  expect(then({ type: 'reset' }, 10)).toEqual(freshStanding('a'))
  expect(then({ type: 'judged', verdict: 'inconclusive' }, 10, 'b')).toEqual(freshStanding('b'))
  expect(then({ type: 'judged', verdict: 'harmful' }, 10, 'b')).toEqual({ ...freshStanding('b'), harmful: 1 })
})

test('a verdict that comes during the quarantine does not prolong it', () => {
  expect(then({ type: 'judged', verdict: 'harmful' }, 1000).quarantine).toEqual(quarantined.quarantine)
})

test('a clock that goes back does not make a quarantine longer', () => {
  const late = advanceStanding(
    { ...freshStanding('a'), harmful: 1 },
    { type: 'judged', verdict: 'harmful' },
    10 * DAY_MS,
    policy,
  )
  expect(advanceStanding(late, { type: 'judged', verdict: 'inconclusive' }, DAY_MS, policy).quarantine).toMatchObject({
    until: 2 * DAY_MS,
  })
})

test('nothing that changes nothing makes a new object', () => {
  expect(then({ type: 'judged', verdict: 'inconclusive' }, 10)).toBe(quarantined)
})
