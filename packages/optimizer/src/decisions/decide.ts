import type { Action } from '../words/action.ts'
import { isAdvice } from '../words/action.ts'
import type { Due, Proposal, Refusal } from '../words/decision.ts'
import type { RefusalReason } from '../words/refusal-reason.ts'
import type { Firing } from '../words/firing.ts'
import type { Gate, GateState } from './gate.ts'
import { adviceGates } from './gates/advice.ts'
import { gates } from './gates/gates.ts'
import { modeGate } from './gates/mode.ts'
import { afterYielding, notYetYielded, yieldingTo } from '../trials/preemption.ts'
import { modeOfResponse } from '../words/mode.ts'
import { ResponseIndex } from '../words/response-match.ts'
import type { Response } from '../words/response.ts'
import { atOnce } from '../time/sliced-work.ts'
import type { Steps } from '../time/sliced-work.ts'
import type { OpenTrial } from '../words/trial.ts'

/** What a tick knows when it decides. */
export interface DecisionInput extends Omit<GateState, 'due' | 'trouble'> {
  /** Proposals whose lease was asked for and that have not begun yet. */
  readonly asked: readonly Proposal[]
  readonly responses: readonly Response[]
  readonly actions: ReadonlyMap<string, Action>
}

/** A firing and one of the responses to it. */
interface Question {
  readonly firing: Firing
  readonly response: Response | undefined
  readonly action: Action | undefined
}

/** A reason not to act now, and what is ended so that there soon is none. */
interface Refusing {
  readonly reason: RefusalReason
  readonly detail: string
  readonly preempts?: readonly OpenTrial[]
}

/** Firings and questions looked at between two rests; each takes a few microseconds. */
const QUESTIONS_OF_STEP = 32

/**
 * Answers every firing: an action that is due, or the reason why not. Pure.
 *
 * What is goes before what may come: preventive responses are asked last. Before that, urgent responses are asked first over
 * all firings, so that a cache warming never takes the place of a memory cleanup; of two equally urgent ones that of the lesser
 * risk, then in the order of their names.
 */
export function decide(input: DecisionInput): (Due | Refusal)[] {
  return atOnce(decideInSteps(input))
}

/** {@link decide} in steps. */
export function* decideInSteps(input: DecisionInput): Steps<(Due | Refusal)[]> {
  const due: Due[] = []
  const refused: Refusal[] = []
  const questions = yield* questionsOf(input)
  const trouble = troubleOf(questions)
  // What may come is no reason to leave alone what is.
  const present = troubleOf(questions.filter(({ response }) => !response?.preventive))
  // A shadow changes nothing, so it stands in nobody's way.
  const open = input.open.filter(({ arm }) => arm !== 'shadow')
  /** What is due, and what will be as soon as what gives way to it has ended: nothing less urgent takes its place meanwhile. */
  const ahead: Proposal[] = [...input.asked]

  const consulted: Due[] = []

  for (const [index, { firing, response, action }] of questions.entries()) {
    if (index % QUESTIONS_OF_STEP === QUESTIONS_OF_STEP - 1) yield
    if (!response) {
      refused.push(refusal(firing, undefined, 'no response', 'nothing is registered for this alert'))
    } else if (!action) {
      refused.push(refusal(firing, response, 'no such action', `no package in use brings ${response.action}`))
    } else if (isAdvice(action)) {
      const proposal: Proposal = { firing, response, action }
      const refusing = firstRefusal(adviceGates, proposal, { ...input, trouble, due: consulted })
      if (!refusing) consulted.push({ kind: 'due', ...proposal })
      else {
        const mode = modeOfResponse(response, input.modeOf)
        refused.push({ ...refusal(firing, response, refusing.reason, refusing.detail), mode })
      }
    } else {
      const proposal: Proposal = { firing, response, action }
      const state: GateState = { ...input, open, trouble: response.preventive ? trouble : present, due: ahead }
      const refusing = refusingOf(proposal, state)
      if (!refusing) {
        due.push({ kind: 'due', ...proposal })
        ahead.push(proposal)
      } else {
        const { reason, detail, preempts } = refusing
        if (preempts) ahead.push(proposal)
        const isOnlyMode = reason === 'mode' && !firstRefusal(gatesBeyondMode, proposal, state)
        const mode = modeOfResponse(response, input.modeOf)
        const answer = refusal(firing, response, reason, detail)
        refused.push({ ...answer, mode, ...(isOnlyMode && { proposal }), ...(preempts && { preempts }) })
      }
    }
  }
  return [...due, ...consulted, ...refused]
}

const gatesBeyondMode = gates.filter(gate => gate !== modeGate)

function refusingOf(proposal: Proposal, state: GateState): Refusing | undefined {
  const yielding = yieldingTo(proposal, state.open)
  const refusing = firstRefusal(gates, proposal, afterYielding(proposal, state, yielding))
  const detail = refusing ? undefined : notYetYielded(yielding)
  return detail === undefined ? refusing : { reason: 'conflict', detail, preempts: yielding }
}

function firstRefusal(asked: readonly Gate[], proposal: Proposal, state: GateState): Refusing | undefined {
  for (const gate of asked) {
    const detail = gate.refuse(proposal, state)
    if (detail !== undefined) return { reason: gate.reason, detail }
  }
  return undefined
}

const URGENCY = { safety: 0, slo: 1, efficiency: 2 } as const

function* questionsOf({ firings, responses, actions }: DecisionInput): Steps<Question[]> {
  // Few ranks and many questions: put in by rank, they are in order after one pass.
  const byRank = new Map<string, Question[]>()
  const ask = (question: Question): void => {
    const rank = rankOf(question).join()
    const alike = byRank.get(rank)
    if (alike) alike.push(question)
    else byRank.set(rank, [question])
  }
  const index = ResponseIndex.of(responses)
  for (const [place, firing] of firings.entries()) {
    const matching = index.to(firing)
    if (matching.length === 0) ask({ firing, response: undefined, action: undefined })
    for (const response of matching) ask({ firing, response, action: actions.get(response.action) })
    if (place % QUESTIONS_OF_STEP === QUESTIONS_OF_STEP - 1) yield
  }
  return [...byRank.values()].toSorted(([a], [b]) => compareRanks(rankOf(a!), rankOf(b!))).flat()
}

type Rank = readonly [preventive: number, urgency: number, risk: number]

function rankOf({ response, action }: Question): Rank {
  return [Number(response?.preventive ?? false), urgency(response), risk(action)]
}

function compareRanks(a: Rank, b: Rank): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

function urgency(response: Response | undefined): number {
  return response ? URGENCY[response.priority] : URGENCY.efficiency + 1
}

function risk(action: Action | undefined): number {
  return action?.risk ?? 0
}

/** What the firing alerts want lowered: what the actions that answer them are meant to lower. */
function troubleOf(questions: readonly Question[]): Map<string, string> {
  const trouble = new Map<string, string>()
  for (const { firing, action } of questions) {
    for (const resource of action?.lowers ?? []) if (!trouble.has(resource)) trouble.set(resource, firing.alert)
  }
  return trouble
}

function refusal(firing: Firing, response: Response | undefined, reason: RefusalReason, detail: string): Refusal {
  return { kind: 'refusal', firing, reason, detail, ...(response && { response }) }
}
