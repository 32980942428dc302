import { describe, expect, test } from 'vitest'
import { decide } from '../../src/decisions/decide.ts'
import type { DecisionInput } from '../../src/decisions/decide.ts'
import type { Response } from '../../src/index.ts'
import { action, byName, firing, response, running, settling, situation } from './decisions.ts'

const reduce = action({ name: 'memory.reduce', touches: ['memory'], lowers: ['memory'] })
const warm = action({ name: 'cache.warm', touches: ['cache'], raises: ['memory'], lowers: ['database'] })

/** The decisions, one line each: the action that is due, or the reason why not. */
function answers(overrides: Partial<DecisionInput>): string[] {
  return decide(situation(overrides)).map(outcome =>
    outcome.kind === 'due' ? `${outcome.action.name} is due` : `${outcome.response?.action ?? '-'}: ${outcome.reason}`,
  )
}

function details(overrides: Partial<DecisionInput>): string[] {
  return decide(situation(overrides)).flatMap(outcome => (outcome.kind === 'refusal' ? outcome.detail : []))
}

describe('a firing', () => {
  test('is answered by the action of its response', () => {
    expect(answers({})).toEqual(['load.relieve is due'])
  })

  test('without a response is refused by name', () => {
    expect(answers({ responses: [] })).toEqual(['-: no response'])
  })

  test('whose action no package provides is refused, and the line names the action', () => {
    expect(answers({ actions: byName() })).toEqual(['load.relieve: no such action'])
    expect(details({ actions: byName() })[0]).toContain('load.relieve')
  })

  test('is matched by labels, all of which must be equal', () => {
    const responses = [response({ to: { alert: 'LoadHigh', labels: { zone: 'a' } } })]
    expect(answers({ responses, firings: [firing({ labels: { zone: 'a', host: '1' } })] })).toEqual([
      'load.relieve is due',
    ])
    expect(answers({ responses, firings: [firing({ labels: { zone: 'b' } })] })).toEqual(['-: no response'])
  })

  test('with two responses gets an answer to each', () => {
    const responses = [response(), response({ action: 'cache.warm' })]
    expect(answers({ responses, actions: byName(action(), warm) })).toEqual([
      'cache.warm is due',
      'load.relieve is due',
    ])
  })

  test('is never dropped: there is an answer for every firing, due or refused', () => {
    const firings = Array.from({ length: 50 }, (_, index) => firing({ labels: { n: String(index) } }))
    expect(decide(situation({ firings }))).toHaveLength(50)
  })
})

describe('the order', () => {
  const firings = [firing({ alert: 'CacheCold' }), firing({ alert: 'MemoryHigh' })]
  const to = (alert: string, its: string, overrides: Partial<Response> = {}): Response =>
    response({ to: { alert }, action: its, ...overrides })

  test('is safety, then objectives, then efficiency, over all firings', () => {
    const actions = byName(warm, reduce)
    const responses = [
      to('CacheCold', 'cache.warm', { priority: 'efficiency' }),
      to('MemoryHigh', 'memory.reduce', { priority: 'safety' }),
    ]
    // Warming raises memory, which an alert that fires wants lowered.
    expect(answers({ firings, responses, actions })).toEqual(['memory.reduce is due', 'cache.warm: conflict'])
  })

  test('is not changed by an action that could not be run: it forbids nobody to raise what it would lower', () => {
    const responses = [to('CacheCold', 'cache.warm'), to('MemoryHigh', 'memory.reduce', { priority: 'safety' })]
    for (const unready of [
      () => 'this process has no cache',
      () => {
        throw new Error('broken')
      },
    ])
      expect(answers({ firings, responses, actions: byName(warm, { ...reduce, unready }) })).toEqual([
        'cache.warm is due',
        'memory.reduce: prerequisites',
      ])
  })

  test('prefers the lesser risk on one resource among equally urgent responses', () => {
    const risky = action({ name: 'a.risky', risk: 3 })
    const gentle = action({ name: 'b.gentle', risk: 0 })
    const responses = [to('CacheCold', 'a.risky'), to('MemoryHigh', 'b.gentle')]
    expect(answers({ firings, responses, actions: byName(risky, gentle) })).toEqual([
      'b.gentle is due',
      'a.risky: conflict',
    ])
  })

  test('asks preventive responses last, however urgent they are', () => {
    const ahead = action({ name: 'a.ahead' })
    const present = action({ name: 'b.present' })
    const responses = [
      to('CacheCold', 'a.ahead', { preventive: true, priority: 'safety' }),
      to('MemoryHigh', 'b.present', { priority: 'efficiency' }),
    ]
    expect(answers({ firings, responses, actions: byName(ahead, present) })).toEqual([
      'b.present is due',
      'a.ahead: conflict',
    ])
  })
})

describe('budgets within one tick', () => {
  test('count what is due already, so that a storm of alerts starts no storm of actions', () => {
    const firings = Array.from({ length: 5 }, (_, index) => firing({ alert: `A${index}` }))
    const actions = firings.map((_, index) => action({ name: `act${index}`, touches: [`r${index}`], lowers: [] }))
    const responses = firings.map(({ alert }, index) => response({ to: { alert }, action: `act${index}` }))
    const outcomes = answers({ firings, responses, actions: byName(...actions) })
    expect(outcomes.filter(line => line.endsWith('is due'))).toHaveLength(2)
    expect(outcomes.filter(line => line.endsWith(': budget'))).toHaveLength(3)
  })

  test('count proposals that wait for their lease', () => {
    const asked = ['one', 'two'].map(name => ({
      firing: firing({ alert: name }),
      response: response({ action: name }),
      action: action({ name, touches: [name] }),
    }))
    expect(answers({ asked })).toEqual(['load.relieve: budget'])
  })
})

describe('outside mode act', () => {
  test('the refusal carries the action when the mode alone stands in its way', () => {
    const [answer] = decide(situation({ modeOf: () => 'advise' }))
    expect(answer).toMatchObject({
      kind: 'refusal',
      reason: 'mode',
      mode: 'advise',
      wouldRun: { name: 'load.relieve' },
    })
  })

  test('and carries none when something else would refuse as well', () => {
    const [answer] = decide(situation({ modeOf: () => 'advise', cooldownOf: () => 'it rests for 5 s' }))
    expect(answer).toMatchObject({ reason: 'mode' })
    expect(answer).not.toHaveProperty('wouldRun')
  })

  test('a response goes no further than its own maximum', () => {
    const [answer] = decide(situation({ responses: [response({ maxMode: 'shadow' })] }))
    expect(answer).toMatchObject({ reason: 'mode', mode: 'shadow' })
  })
})

describe('a response to a present problem', () => {
  const preventive = response({ to: { alert: 'LoadAhead' }, action: 'load.prevent', preventive: true })
  const prevention = settling({
    id: 'load.prevent#1',
    action: 'load.prevent',
    alert: 'LoadAhead',
    alertKey: 'LoadAhead{}',
    response: preventive,
  })

  test('preempts a preventive trial on its resource at once when nothing has to be undone', () => {
    expect(answers({ open: [prevention] })).toEqual(['load.relieve is due'])
  })

  test('waits while the preventive action still runs, and ends it', () => {
    const open = [running({ ...prevention, state: 'running' })]
    const [answer] = decide(situation({ open }))
    expect(answer).toMatchObject({ kind: 'refusal', reason: 'conflict', preempts: [{ id: 'load.prevent#1' }] })
  })

  test('is not held back by what prevention has spent', () => {
    const spent = { ofAction: new Map([['load.relieve', 6]]), runs: 20, running: 0, blockedMs: 0 }
    const nothing = { ofAction: new Map<string, number>(), runs: 0, running: 0, blockedMs: 0 }
    expect(answers({ spending: spent, spendingOnPresent: nothing })).toEqual(['load.relieve is due'])
    expect(
      answers({ spending: spent, spendingOnPresent: nothing, responses: [response({ preventive: true })] }),
    ).toEqual(['load.relieve: budget'])
  })

  test('never yields to a preventive one', () => {
    const open = [running({ id: 'other#1', action: 'other' })]
    expect(answers({ open, responses: [response({ preventive: true })] })).toEqual(['load.relieve: conflict'])
  })
})

test('a condition that applies to all alerts of a response is checked once, not for each of them', () => {
  let asked = 0
  const modeOf = (): 'advise' => {
    asked++
    return 'advise'
  }
  const firings = Array.from({ length: 100 }, (_, index) => firing({ labels: { route: `/${index}` } }))
  const refusals = decide(situation({ firings, modeOf }))
  expect(refusals).toHaveLength(100)
  expect(new Set(refusals.map(outcome => outcome.kind === 'refusal' && outcome.reason))).toEqual(new Set(['mode']))
  expect(asked).toBeLessThan(10)
})
