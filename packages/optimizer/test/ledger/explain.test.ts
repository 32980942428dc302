import { describe, expect, it } from 'vitest'
import type { FleetState } from '../../src/words/fleet-state.ts'
import type { Refusal } from '../../src/words/decision.ts'
import { explainFiring, explainPending, refusalsTo } from '../../src/ledger/alert-lines.ts'
import { explainTrial } from '../../src/ledger/explain.ts'
import { adviceGates } from '../../src/decisions/gates/advice.ts'
import { gates } from '../../src/decisions/gates/gates.ts'
import type { GateState } from '../../src/decisions/gate.ts'
import { plainDuration, plainNumber } from '../../src/words/plain-numbers.ts'
import type { RefusalReason } from '../../src/words/refusal-reason.ts'
import { actionKey } from '../../src/fleet/lease-key.ts'
import { leaseTarget } from '../../src/fleet/lease-key.ts'
import { verdicts } from '../../src/words/verdict.ts'
import { decide } from '../../src/decisions/decide.ts'
import {
  action,
  byName,
  firing,
  NOW,
  open,
  proposal,
  response,
  running,
  settling,
  situation,
} from '../decisions/decisions.ts'

const LONG = 0.9483805668016194
const taken: FleetState = {
  coordinator: 'reachable',
  name: 'redis',
  members: 4,
  slots: 1,
  held: new Set(),
  taken: new Set([actionKey('load.relieve', leaseTarget(action({ scope: 'shared' }), firing({ value: LONG })))]),
  slotsTaken: true,
}

/** A moment for each reason, in which its gate refuses. */
const MOMENTS: Readonly<
  Record<Exclude<RefusalReason, 'no response' | 'no such action'>, readonly Partial<GateState>[]>
> = {
  'kill switch': [{ killSwitch: { tripped: true, by: 'HOMEOSTAT_DISABLED' } }],
  mode: (['off', 'shadow', 'advise'] as const).map(mode => ({ modeOf: () => mode })),
  'missing data': [{}],
  'warm-up': [{ startedAt: NOW - 1234.5678 }],
  quarantine: [{ quarantineOf: () => 'it did harm; until 2026-01-02T00:00:00.000Z or until it is reset' }],
  cooldown: [{ cooldownOf: () => '40 s of cooldown left' }],
  budget: [
    { spending: { ofAction: new Map([['load.relieve', 6]]), runs: 6, running: 0, blockedMs: 0 } },
    { spending: { ofAction: new Map(), runs: 20, running: 0, blockedMs: 0 } },
    { spending: { ofAction: new Map(), runs: 2, running: 2, blockedMs: 0 } },
    { spending: { ofAction: new Map(), runs: 2, running: 0, blockedMs: LONG * 100 } },
  ],
  conflict: [
    { isUnsettled: () => true },
    { open: [running()] },
    { open: [settling()] },
    { due: [proposal({ action: action({ name: 'other' }) })] },
  ],
  lease: [
    { fleet: { coordinator: 'none' } },
    { fleet: { coordinator: 'none', reason: 'the service has no name' } },
    { fleet: { coordinator: 'unreachable', name: 'redis', reason: 'no answer for 12 s' } },
    { fleet: taken },
  ],
  guards: [{ unlearnedOf: () => 'its guard p99 has no data; a trial begins without this guard after 8 min' }],
  prerequisites: [{ unmetOf: () => 'the forecaster is no better than the base rate yet' }],
}

const refusals = (Object.keys(MOMENTS) as (keyof typeof MOMENTS)[]).flatMap(reason =>
  MOMENTS[reason].map((moment): [string, Refusal] => {
    const asked = firing({ value: LONG, ...(reason === 'missing data' && { missingSince: NOW - 12_345.678 }) })
    const isShared = reason === 'lease'
    const given = proposal({ firing: asked, action: action({ scope: isShared ? 'shared' : 'process' }) })
    const gate = gates.find(each => each.reason === reason)!
    const detail = gate.refuse(given, open({ ...moment, firings: [asked] }))
    return [
      `${reason}: ${detail}`,
      { kind: 'refusal', firing: asked, response: given.response, reason, detail: detail! },
    ]
  }),
)

/** Values that no line for people may hold. */
function isPlain(line: string): void {
  expect(line, 'more than three digits after the point').not.toMatch(/\d\.\d{4,}/)
  expect(line).not.toMatch(/undefined|NaN|\[object|refused by no|nothing refused|  |::|: :|;;|\.$/)
  const clauses = line.split(/[;:] /).map(clause => clause.trim())
  expect(new Set(clauses).size, `a clause twice in ${line}`).toBe(clauses.length)
}

describe('2-75: explain and refusals are sentences for people', () => {
  it.each(refusals)('%s', (_, refusal) => {
    expect(refusal.detail).toBeDefined()
    const line = explainFiring(refusal.firing, [refusal, refusal])
    isPlain(line)
    expect(line).toMatch(/^LoadHigh is firing \(value 0\.948\): \S/)
  })

  it('looks at the refusals of an entry once, however many of its alerts are explained', () => {
    const firings = Array.from({ length: 100 }, (_, n) => firing({ labels: { n: String(n) } }))
    const given = firings.map(each => ({ ...refusals[0]![1], firing: each }))
    let looks = 0
    const entry = { refusals: Object.assign([...given], { [Symbol.iterator]: () => (looks++, given.values()) }) }
    for (const [index, each] of firings.entries()) expect(refusalsTo(each, entry as never)).toEqual([given[index]])
    expect(refusalsTo(firing(), entry as never)).toEqual([])
    expect(looks).toBe(1)
  })

  it('has a moment for every gate', () => {
    expect(Object.keys(MOMENTS).toSorted()).toEqual(gates.map(({ reason }) => reason).toSorted())
  })

  it('reports an alert without a response, and an action that no package provides', () => {
    const of = (input: Parameters<typeof decide>[0]): string =>
      explainFiring(
        firing(),
        decide(input).filter((outcome): outcome is Refusal => outcome.kind === 'refusal'),
      )
    expect(of(situation({ responses: [] }))).toBe(
      'LoadHigh is firing (value 1): no response answers it, so nothing is done',
    )
    expect(of(situation({ actions: byName() }))).toBe(
      'LoadHigh is firing (value 1): load.relieve does not run: no package in use provides load.relieve',
    )
  })

  it.each(adviceGates.map(gate => [gate.reason, gate] as const))('an action that only advises: %s', (reason, gate) => {
    const advice = {
      cooldownOf: () => 'it looks again in 60 s',
      spentOf: () => 'it ran 12 times within an hour',
      isRunning: () => true,
    }
    const moment = { ...(reason in MOMENTS ? MOMENTS[reason as keyof typeof MOMENTS][0] : {}), advice }
    const asked = firing({ missingSince: NOW - 12_345.678 })
    const detail = gate.refuse(
      proposal({ firing: asked, action: action({ kind: 'advice' }) }),
      open(reason === 'mode' ? { modeOf: () => 'shadow' } : moment),
    )
    expect(detail).toBeDefined()
    isPlain(explainFiring(asked, [{ kind: 'refusal', firing: asked, response: response(), reason, detail: detail! }]))
  })

  it('shows the words of the rule, which know the unit, instead of the number', () => {
    const summary = 'the CPU is used to 94.84% of its limit'
    expect(explainFiring(firing({ annotations: { summary }, value: LONG }), [])).toBe(`LoadHigh is firing (${summary})`)
  })

  it.each(verdicts)('a trial that was judged %s', verdict => {
    const trial = {
      ...settling({ before: [[NOW, LONG]], after: [[NOW, LONG / 3]] }),
      state: 'judged',
      judgedAt: NOW,
      verdict,
      reason: 'relieved',
      blindSpots: [],
    } as Parameters<typeof explainTrial>[0]
    const line = explainTrial(trial)
    isPlain(line)
    expect(line).toContain(verdict)
    expect(line).toContain('0.948 before, 0.316 after (not evidence)')
  })

  it('reports the error of a run that failed once', () => {
    const failed = {
      ...settling(),
      outcome: { status: 'failed', errorType: 'Error', error: 'no such plant' },
      state: 'judged',
      judgedAt: NOW,
      verdict: 'failed',
      reason: 'no such plant',
      blindSpots: [],
    } as Parameters<typeof explainTrial>[0]
    expect(explainTrial(failed)).toBe('load.relieve#1 for LoadHigh: failed: no such plant')
  })

  it.each([
    [14, '14'],
    [12_345, '12,345'],
    [LONG, '0.948'],
    [1_234_567.8, '1,230,000'],
    [5e9, '5,000,000,000'],
    [1.5e-9, '1.50e-9'],
    [0, '0'],
    [Infinity, '∞'],
  ])('the number %d reads %s', (value, text) => expect(plainNumber(value)).toBe(text))

  it.each([
    [0, '0 s'],
    [249.2, '1 s'],
    [59_001, '60 s'],
    [300_000, '5 min'],
    [3_600_000 * 5, '5 h'],
    [86_400_000 * 30, '30 d'],
    [Infinity, 'an unlimited time'],
  ])('%d ms read %s', (ms, text) => expect(plainDuration(ms)).toBe(text))
})

describe('a pending alert', () => {
  const pending = { ...firing(), annotations: {}, value: 3, firesAt: NOW + 12_000 }

  it('reports when it fires', () => {
    expect(explainPending(pending, NOW)).toBe(
      `${pending.alert} is pending (value 3): it fires in 12 s if its condition holds until then`,
    )
  })

  it('whose time is over reports what it waits for', () => {
    expect(explainPending({ ...pending, firesAt: NOW - 5000 }, NOW)).toMatch(
      /: it fires when its condition has held at half of the evaluations$/,
    )
    expect(explainPending({ ...pending, firesAt: NOW - 5000, heldBackSince: NOW - 5000 }, NOW)).toMatch(
      /: its condition holds, but it has fired and ended too often in the last hour; it fires within the hour/,
    )
  })
})
