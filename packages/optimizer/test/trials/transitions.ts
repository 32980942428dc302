import fc from 'fast-check'
import { advanceCondition, INACTIVE } from '../../src/alerts/condition.ts'
import type { Condition, Reading } from '../../src/alerts/condition.ts'
import type { TrialEvent } from '../../src/trials/advance-trial.ts'
import { advanceTrial } from '../../src/trials/advance-trial.ts'
import type { Trial } from '../../src/words/trial.ts'
import { begin, nameOf, policy, trialEvents } from './trial-events.ts'
import { EvaluationTimes } from '../alerts/evaluation-times.ts'

/** From one state to another, and everything that leads there. */
export interface Transition {
  readonly from: string
  readonly to: string
  readonly on: readonly string[]
}

const WAITS_MS = [0, 5000, 10_000, 40_000, 4_000_000]

/** Shows every event to every state that can be reached, at several times. */
export function trialTransitions(): Transition[] {
  const seen = new Transitions()
  const starts = [begin('act', 0), begin('control', 0)].map(trial => ({ trial, now: 0 }))
  const reached = new Map<string, { trial: Trial; now: number }>(starts.map(start => [stateOf(start.trial), start]))
  for (const { trial, now } of reached.values()) {
    for (const event of trialEvents) {
      for (const waitMs of WAITS_MS) {
        const next = advanceTrial(trial, event, now + waitMs, policy)
        seen.add(stateOf(trial), stateOf(next), nameOfEvent(event))
        if (!reached.has(stateOf(next))) reached.set(stateOf(next), { trial: next, now: now + waitMs })
      }
    }
  }
  return seen.list([...new Set(trialEvents.map(nameOfEvent))])
}

function stateOf(trial: Trial): string {
  return trial.state === 'reverting' ? trial.state : nameOf(trial)
}

export function conditionTransitions(): Transition[] {
  const readings: readonly Reading[] = ['holds', 'dead band', 'clear', 'missing']
  const policy = { forMs: 10_000, keepFiringForMs: 10_000, intervalMs: 5000, startedAt: 0 }
  const runs = fc.record({ reading: fc.constantFrom(...readings), times: fc.integer({ min: 1, max: 70 }) })
  const seen = new Transitions()
  // At random, but always the same, and far more often than there are transitions.
  const evaluations = new EvaluationTimes()
  let condition: Condition = INACTIVE
  let now = 0
  for (const { reading, times } of fc.sample(runs, { numRuns: 10_000, seed: 4 })) {
    for (let i = 0; i < times; i++) {
      now += policy.intervalMs
      const next = advanceCondition(condition, reading, evaluations.next(now), policy)
      seen.add(condition.state, next.state, reading)
      condition = next
    }
  }
  return seen.list(readings)
}

function nameOfEvent(event: TrialEvent): string {
  switch (event.type) {
    case 'ended':
      return `ended${isLastingRun(event) ? ' lasting' : ''}: ${nameOfOutcome(event)}`
    case 'judged':
      return `judged: ${event.judgement.verdict}`
    case 'reverted':
      return `reverted: ${event.result.result}`
    case 'tick':
      return 'time'
    case 'breached':
    case 'killed':
    case 'lost':
    case 'preempted':
    case 'resolved':
      return event.type
  }
}

function isLastingRun({ outcome }: Extract<TrialEvent, { type: 'ended' }>): boolean {
  return outcome.status === 'completed' && outcome.receipt.undo !== undefined
}

function nameOfOutcome({ outcome, judgement }: Extract<TrialEvent, { type: 'ended' }>): string {
  return judgement?.verdict === 'noop' ? 'noop' : outcome.status
}

class Transitions {
  readonly #seen = new Map<string, Map<string, Set<string>>>()

  add(from: string, to: string, on: string): void {
    if (from === to) return
    const targets = this.#seen.get(from) ?? new Map<string, Set<string>>()
    const causes = targets.get(to) ?? new Set()
    causes.add(on)
    targets.set(to, causes)
    this.#seen.set(from, targets)
  }

  /** In the order in which the states are reached; the causes in the order given. */
  list(causes: readonly string[]): Transition[] {
    return [...this.#seen]
      .flatMap(([from, targets]) => [...targets].map(([to, on]) => ({ from, to, on: inShort(causes, on) })))
      .toSorted((a, b) => rank(a.from) - rank(b.from) || rank(a.to) - rank(b.to) || (a.to < b.to ? -1 : 1))
  }
}

/** Writes `judged: any` if every verdict causes the transition. */
function inShort(causes: readonly string[], on: ReadonlySet<string>): string[] {
  const kindOf = (cause: string): string => cause.replace(/:.*/, '')
  const isWhole = (cause: string): boolean =>
    cause.includes(':') && causes.every(other => kindOf(other) !== kindOf(cause) || on.has(other))
  return [
    ...new Set(causes.filter(cause => on.has(cause)).map(cause => (isWhole(cause) ? `${kindOf(cause)}: any` : cause))),
  ]
}

const ORDER = (
  'inactive, pending, firing, resolving, ' +
  'running, running (preempted), running (killed), ' +
  'settling (withheld), settling (once), settling (lasting), ' +
  'verifying (withheld), verifying (once), verifying (lasting), kept, reverting, judged'
).split(', ')

function rank(state: string): number {
  return ORDER.indexOf(state)
}

export function toTable(transitions: readonly Transition[], by: string): string {
  const rows = transitions.map(({ from, to, on }) => `| ${from} | ${to} | ${on.join('; ')} |`)
  return [`| from | to | ${by} |`, '| --- | --- | --- |', ...rows].join('\n')
}

/** The states without what is in brackets. */
export function toDiagram(transitions: readonly Transition[]): string {
  const edges = new Set(
    transitions
      .map(({ from, to }) => [plain(from), plain(to)] as const)
      .filter(([from, to]) => from !== to)
      .map(([from, to]) => `  ${from} --> ${to}`),
  )
  return ['```mermaid', 'stateDiagram-v2', ...edges, '```'].join('\n')
}

function plain(state: string): string {
  return state.replace(/ \(.*/, '')
}
