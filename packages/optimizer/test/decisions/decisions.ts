import type { Action, Response } from '../../src/index.ts'
import { DEFAULT_BUDGET } from '../../src/words/budget-limits.ts'
import type { DecisionInput } from '../../src/decisions/decide.ts'
import type { Proposal } from '../../src/words/decision.ts'
import type { Firing } from '../../src/words/firing.ts'
import type { GateState } from '../../src/decisions/gate.ts'
import type { OpenTrial, RunningTrial } from '../../src/words/trial.ts'
import { alertKey } from '../../src/words/alert-key.ts'

/** 2026-01-01, so that a zero in a test is never a time by accident. */
export const NOW = Date.UTC(2026, 0, 1)

export function firing(overrides: Partial<Firing> = {}): Firing {
  return { alert: 'LoadHigh', labels: {}, annotations: {}, value: 1, since: NOW - 60_000, ...overrides }
}

export function action(overrides: Partial<Action> = {}): Action {
  return {
    name: 'load.relieve',
    scope: 'process',
    touches: ['load'],
    raises: [],
    lowers: ['load'],
    risk: 0,
    run: async () => ({ summary: 'relieved', effects: { requests: 1 } }),
    ...overrides,
  }
}

export function response(overrides: Partial<Response> = {}): Response {
  return { to: { alert: 'LoadHigh' }, action: 'load.relieve', priority: 'slo', ...overrides }
}

export function proposal(overrides: Partial<Proposal> = {}): Proposal {
  return { firing: firing(), response: response(), action: action(), ...overrides }
}

/** A run of an action that is not over. */
export function running(overrides: Partial<RunningTrial> = {}): RunningTrial {
  const asked = firing()
  return {
    id: 'load.relieve#1',
    state: 'running',
    action: 'load.relieve',
    arm: 'act',
    alert: asked.alert,
    alertKey: alertKey(asked),
    labels: asked.labels,
    touches: ['load'],
    response: response(),
    version: 'v1',
    gates: [],
    alternatives: [],
    value: 1,
    traces: [],
    startedAt: NOW - 10_000,
    before: [],
    after: [],
    beside: [],
    rest: { streak: 0, notBefore: -Infinity },
    ...overrides,
  }
}

/** A trial whose run is over and whose effect is awaited. */
export function settling(
  overrides: Partial<RunningTrial> = {},
  receipt: { undo?: () => Promise<never> } = {},
): OpenTrial {
  return {
    ...running(overrides),
    state: 'settling',
    endedAt: NOW - 5_000,
    outcome: { status: 'completed', receipt: { summary: 'relieved', effects: { requests: 1 }, ...receipt } },
  }
}

const NOTHING_SPENT = { ofAction: new Map<string, number>(), runs: 0, running: 0, blockedMs: 0 }

/** A moment in which every gate lets every proposal pass. */
export function open(overrides: Partial<GateState> = {}): GateState {
  return {
    now: NOW,
    killSwitch: { tripped: false },
    modeOf: () => 'act',
    startedAt: NOW - 3_600_000,
    warmUpMs: 60_000,
    open: [],
    spending: NOTHING_SPENT,
    spendingOnPresent: overrides.spending ?? NOTHING_SPENT,
    firings: [firing()],
    budget: DEFAULT_BUDGET,
    fleet: { coordinator: 'none' },
    quarantineOf: () => undefined,
    cooldownOf: () => undefined,
    unlearnedOf: () => undefined,
    unmetOf: () => undefined,
    isUnsettled: () => false,
    trouble: new Map(),
    due: [],
    advice: { cooldownOf: () => undefined, spentOf: () => undefined, isRunning: () => false },
    ...overrides,
  }
}

/** A tick with one firing, one response to it and its action. */
export function situation(overrides: Partial<DecisionInput> = {}): DecisionInput {
  return {
    ...open(),
    asked: [],
    responses: [response()],
    actions: byName(action()),
    ...overrides,
  }
}

export function byName(...actions: readonly Action[]): ReadonlyMap<string, Action> {
  return new Map(actions.map(each => [each.name, each]))
}
