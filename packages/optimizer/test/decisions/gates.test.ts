import { describe, expect, test } from 'vitest'
import { gates } from '../../src/decisions/gates/gates.ts'
import type { GateState } from '../../src/decisions/gate.ts'
import type { Response } from '../../src/index.ts'
import type { Proposal } from '../../src/words/decision.ts'
import { NOW, action, firing, open, proposal, response, running } from './decisions.ts'

/** Which gates refuse, and what they say. */
function refusals(asked: Proposal, state: GateState): Record<string, string> {
  return Object.fromEntries(
    gates.flatMap(gate => {
      const detail = gate.refuse(asked, state)
      return detail === undefined ? [] : [[gate.reason, detail]]
    }),
  )
}

const shared = proposal({ action: action({ scope: 'shared' }) })
const reachable = {
  coordinator: 'reachable',
  name: 'redis',
  members: 8,
  slots: 2,
  held: new Set<string>(),
  taken: new Set<string>(),
  slotsTaken: false,
} as const

test('all gates let a proposal pass that nothing speaks against', () => {
  expect(refusals(proposal(), open())).toEqual({})
})

test('the gates are asked in the order of the design', () => {
  expect(gates.map(({ reason }) => reason)).toEqual([
    'kill switch',
    'mode',
    'missing data',
    'warm-up',
    'quarantine',
    'cooldown',
    'budget',
    'conflict',
    'lease',
    'prerequisites',
    'guards',
  ])
})

test('the kill switch gate names who tripped it', () => {
  expect(refusals(proposal(), open({ killSwitch: { tripped: true, by: 'a file' } }))['kill switch']).toContain('a file')
})

describe('the mode gate', () => {
  test.each(['off', 'shadow', 'advise'] as const)('refuses in mode %s', mode => {
    expect(refusals(proposal(), open({ modeOf: () => mode }))).toHaveProperty('mode')
  })

  test('takes the lesser of the mode of the action and of the response', () => {
    expect(refusals(proposal({ response: response({ maxMode: 'advise' }) }), open())).toHaveProperty('mode')
    expect(
      refusals(proposal({ response: response({ maxMode: 'act' }) }), open({ modeOf: () => 'shadow' })),
    ).toHaveProperty('mode')
  })
})

describe('the missing data gate', () => {
  test('refuses an alert whose data is missing, and reports for how long', () => {
    const missing = proposal({ firing: firing({ missingSince: NOW - 42_000 }) })
    expect(refusals(missing, open())['missing data']).toContain('42 s')
  })

  test('refuses an alert that is only kept firing', () => {
    const kept = proposal({ firing: firing({ keptSince: NOW - 5_000 }) })
    expect(refusals(kept, open())['missing data']).toContain('5 s')
  })
})

test('the warm-up gate refuses until the whole time has passed', () => {
  const at = (elapsedMs: number): GateState => open({ startedAt: NOW - elapsedMs, warmUpMs: 60_000 })
  expect(refusals(proposal(), at(0))['warm-up']).toContain('60 s')
  expect(refusals(proposal(), at(59_999))['warm-up']).toContain('1 s')
  expect(refusals(proposal(), at(60_000))).toEqual({})
})

test('the quarantine and cooldown gates pass on what the standing reports', () => {
  const state = open({ quarantineOf: () => 'found harmful 2 times', cooldownOf: () => 'it rests for 30 s' })
  expect(refusals(proposal(), state)).toEqual({ quarantine: 'found harmful 2 times', cooldown: 'it rests for 30 s' })
})

describe('the guards gate', () => {
  const learning = open({ unlearnedOf: () => 'its guard p99 knows 12 of the 40 quiet samples it needs' })

  test.each(['slo', 'efficiency'] as const)(
    'postpones a trial of priority %s whose guard is still learning',
    priority => {
      expect(refusals(proposal({ response: response({ priority }) }), learning)).toEqual({
        guards: 'its guard p99 knows 12 of the 40 quiet samples it needs',
      })
    },
  )

  test('never postpones a safety response', () => {
    expect(refusals(proposal({ response: response({ priority: 'safety' }) }), learning)).toEqual({})
  })
})

describe('the budget gate', () => {
  const spent = { ofAction: new Map<string, number>(), runs: 0, running: 0, blockedMs: 0 }
  test.each([
    ['runs of one action an hour', { ofAction: new Map([['load.relieve', 6]]) }],
    ['runs of all actions an hour', { runs: 20 }],
    ['runs at the same time', { running: 2 }],
    ['milliseconds that actions held the event loop', { blockedMs: 50 }],
  ])('refuses when the %s are used up', (_, part) => {
    expect(refusals(proposal(), open({ spending: { ...spent, ...part } }))).toHaveProperty('budget')
  })

  test('lets the last of each pass', () => {
    const last = { ofAction: new Map([['load.relieve', 5]]), runs: 19, running: 1, blockedMs: 49.9 }
    expect(refusals(proposal(), open({ spending: last }))).toEqual({})
  })
})

describe('the conflict gate', () => {
  test('refuses while another trial on the same resource is open, and names it', () => {
    const other = running({ id: 'other.action#7', action: 'other.action' })
    expect(refusals(proposal(), open({ open: [other] }))['conflict']).toContain('other.action#7')
  })

  test('ignores shadow episodes, which change nothing, and trials on other resources', () => {
    const shadow = running({ arm: 'shadow' })
    const elsewhere = running({ action: 'other.action', touches: ['disk'] })
    expect(refusals(proposal(), open({ open: [shadow, elsewhere] }))).toEqual({})
  })

  test('counts a control, which would be spoilt by a run beside it', () => {
    expect(refusals(proposal(), open({ open: [running({ arm: 'control', action: 'other' })] }))).toHaveProperty(
      'conflict',
    )
  })

  test('an action that names no resource works on itself alone', () => {
    const own = proposal({ action: action({ touches: [] }) })
    expect(refusals(own, open({ open: [running({ action: 'other', touches: ['load'] })] }))).toEqual({})
    expect(refusals(own, open({ open: [running({ touches: ['load.relieve'] })] }))).toHaveProperty('conflict')
  })

  test('refuses what raises a resource that another firing alert wants lowered', () => {
    const warm = proposal({ action: action({ raises: ['memory'], touches: ['cache'] }) })
    const of = (alert: string): GateState['trouble'] => new Map([['memory', { alert, priority: 'slo' }]])
    expect(refusals(warm, open({ trouble: of('MemoryHigh') }))['conflict']).toContain('MemoryHigh')
    expect(refusals(warm, open({ trouble: of('LoadHigh') }))).toEqual({})
  })

  test('lets an urgent action raise what only a less urgent alert wants lowered, unless it is a prevention', () => {
    const cleanup = (overrides: Partial<Response>): Proposal =>
      proposal({ action: action({ raises: ['cpu'] }), response: response(overrides) })
    const state = open({ trouble: new Map([['cpu', { alert: 'LoopDelayed', priority: 'slo' }]]) })
    expect(refusals(cleanup({ priority: 'safety' }), state)).toEqual({})
    for (const overrides of [
      { priority: 'slo' },
      { priority: 'efficiency' },
      { priority: 'safety', preventive: true },
    ] as const)
      expect(refusals(cleanup(overrides), state)['conflict'], overrides.priority).toContain('LoopDelayed')
  })

  test('waits for a run that was abandoned and has not ended', () => {
    expect(refusals(proposal(), open({ isUnsettled: () => true }))).toHaveProperty('conflict')
  })
})

describe('the lease gate', () => {
  test('lets actions of this process alone pass without a coordinator', () => {
    expect(refusals(proposal(), open({ fleet: { coordinator: 'none' } }))).toEqual({})
  })

  test('refuses a shared action without a coordinator, or with one that cannot be reached', () => {
    expect(refusals(shared, open())).toHaveProperty('lease')
    const unreachable = { coordinator: 'unreachable', name: 'redis', reason: 'no answer' } as const
    expect(refusals(shared, open({ fleet: unreachable }))['lease']).toContain('no answer')
  })

  test('lets a shared action pass when no holder of its lease is known', () => {
    expect(refusals(shared, open({ fleet: reachable }))).toEqual({})
  })

  test('refuses a disruptive action while a quarter of the fleet is disrupted', () => {
    const disruptive = proposal({ action: action({ disruptive: true }) })
    expect(refusals(disruptive, open({ fleet: { ...reachable, slotsTaken: true } }))['lease']).toContain('2 of 8')
    expect(refusals(disruptive, open({ fleet: reachable }))).toEqual({})
  })
})

describe('the prerequisites gate', () => {
  test("reports a requirement that does not hold, and the action's own reason", () => {
    expect(refusals(proposal(), open({ unmetOf: () => 'no skill yet' }))['prerequisites']).toBe('no skill yet')
    const unready = proposal({ action: action({ unready: () => 'no loaders' }) })
    expect(refusals(unready, open())['prerequisites']).toBe('no loaders')
  })

  test('refuses when the readiness check of the action throws, and repeats nothing of the error', () => {
    const failing = proposal({
      action: action({
        unready: () => {
          throw new TypeError('secret')
        },
      }),
    })
    const detail = refusals(failing, open())['prerequisites']
    expect(detail).toContain('TypeError')
    expect(detail).not.toContain('secret')
  })
})
