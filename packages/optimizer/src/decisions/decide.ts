import { atOnce, type Steps } from '@homeostat/signals'
import type { Action } from '../words/action.ts'
import { isAdvice } from '../words/action.ts'
import type { Due, Proposal, Refusal } from '../words/decision.ts'
import type { RefusalReason } from '../words/refusal-reason.ts'
import type { Firing } from '../words/firing.ts'
import type { Gate, GateState, StandingGate, Trouble } from './gate.ts'
import { adviceGates } from './gates/advice.ts'
import { gates, modeGate, whyUnready } from './gates/gates.ts'
import { afterYielding, notYetYielded, seenFromPresent, yieldingTo } from './yielding.ts'
import { modeOfResponse } from '../words/mode.ts'
import type { Mode } from '../words/mode.ts'
import { ResponseIndex } from '../words/response-match.ts'
import { URGENCY, type Response } from '../words/response.ts'
import type { OpenTrial } from '../words/trial.ts'

/** The state of a tick when it decides. */
export interface DecisionInput extends Omit<GateState, 'due' | 'trouble'> {
  /** Proposals whose lease was asked for and that have not begun yet. */
  readonly asked: readonly Proposal[]
  readonly responses: readonly Response[]
  readonly actions: ReadonlyMap<string, Action>
}

/** A response, and the answers of the gates that are the same for all of its alerts. */
interface Answering {
  readonly response: Response
  readonly action: Action | undefined
  readonly mode: Mode
  /** The first of the alerts that it answers. */
  readonly first: Firing
  /** The answer of each standing gate, by gate; filled when it is first asked. */
  readonly standing: Map<StandingGate, string | undefined>
}

/** A firing and one of the responses to it. */
interface Question {
  readonly firing: Firing
  readonly answering: Answering | undefined
}

/** All questions in the order of their evaluation, and the responses that answer any, in the same order. */
interface Questions {
  readonly all: readonly Question[]
  readonly answering: readonly Answering[]
}

/** A reason not to act now, and the trials that are ended so that it soon goes away. */
interface Refusing {
  readonly reason: RefusalReason
  readonly detail: string
  readonly preempts?: readonly OpenTrial[]
}

/** Firings and questions checked between two rests; each takes a few microseconds. */
const QUESTIONS_OF_STEP = 32

/**
 * Answers every firing: an action that is due, or the reason why not. Pure.
 *
 * Present problems come before predicted ones: preventive responses are evaluated last. Before that, urgent ones come first over
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
  const { all: trouble, present } = troublesOf(questions.answering)
  // A shadow changes nothing, so it blocks nothing.
  const open = input.open.filter(({ arm }) => arm !== 'shadow')
  /** Proposals that are due, and those that will be as soon as the trials that yield to them have ended: nothing less urgent takes their place meanwhile. */
  const ahead: Proposal[] = [...input.asked]

  const consulted: Due[] = []
  // The gates look at one of these for every question: an object each would be most of what a tick allocates.
  const onAdvice: GateState = { ...input, trouble, due: consulted }
  const onPrevention: GateState = { ...input, open, trouble, due: ahead }
  const onPresent = seenFromPresent({ ...onPrevention, trouble: present })

  let looked = 0
  for (const { firing, answering } of questions.all) {
    if (++looked % QUESTIONS_OF_STEP === 0) yield
    if (!answering) {
      refused.push({ kind: 'refusal', firing, reason: 'no response', detail: 'nothing is registered for this alert' })
      continue
    }
    const { response, action, mode, standing } = answering
    if (!action) {
      const detail = `no package in use provides ${response.action}`
      refused.push({ kind: 'refusal', firing, reason: 'no such action', detail, response })
      continue
    }
    const proposal: Proposal = { firing, response, action }
    if (isAdvice(action)) {
      const refusing = firstRefusal(adviceGates, proposal, onAdvice, standing)
      if (!refusing) consulted.push({ kind: 'due', ...proposal })
      else refused.push({ kind: 'refusal', firing, response, mode, reason: refusing.reason, detail: refusing.detail })
    } else {
      const state = response.preventive ? onPrevention : onPresent
      const refusing = refusingOf(proposal, state, standing)
      if (!refusing) {
        due.push({ kind: 'due', ...proposal })
        ahead.push(proposal)
      } else {
        const { reason, detail, preempts } = refusing
        if (preempts) {
          ahead.push(proposal)
          refused.push({ kind: 'refusal', firing, response, mode, reason, detail, preempts })
        } else if (reason === 'mode' && !firstRefusal(gatesBeyondMode, proposal, state, standing))
          refused.push({ kind: 'refusal', firing, response, mode, reason, detail, wouldRun: action })
        else refused.push({ kind: 'refusal', firing, response, mode, reason, detail })
      }
    }
  }
  return [...due, ...consulted, ...refused]
}

const gatesBeyondMode = gates.filter(gate => gate !== modeGate)

function refusingOf(proposal: Proposal, state: GateState, standing: Answering['standing']): Refusing | undefined {
  const yielding = yieldingTo(proposal, state.open)
  const refusing = firstRefusal(gates, proposal, afterYielding(proposal, state, yielding), standing)
  const detail = refusing ? undefined : notYetYielded(yielding)
  return detail === undefined ? refusing : { reason: 'conflict', detail, preempts: yielding }
}

function firstRefusal(
  asked: readonly Gate[],
  proposal: Proposal,
  state: GateState,
  standing: Answering['standing'],
): Refusing | undefined {
  for (const gate of asked) {
    const detail = gate.isStanding ? standingAnswer(gate, proposal, state, standing) : gate.refuse(proposal, state)
    if (detail !== undefined) return { reason: gate.reason, detail }
  }
  return undefined
}

function standingAnswer(
  gate: StandingGate,
  proposal: Proposal,
  state: GateState,
  standing: Answering['standing'],
): string | undefined {
  if (!standing.has(gate)) standing.set(gate, gate.refuse(proposal, state))
  return standing.get(gate)
}

function* questionsOf({ firings, responses, actions, modeOf }: DecisionInput): Steps<Questions> {
  // Few ranks and many questions: put in by rank, they are in order after one pass.
  const byRank = new Map<number, { readonly questions: Question[]; readonly answering: Answering[] }>()
  const known = new Map<Response, Answering>()
  const ask = (firing: Firing, response?: Response): void => {
    let answering = response && known.get(response)
    const isNew = response !== undefined && answering === undefined
    if (isNew) {
      const action = actions.get(response.action)
      const mode = modeOfResponse(response, modeOf)
      known.set(response, (answering = { response, action, mode, first: firing, standing: new Map() }))
    }
    const rank = rankOf(answering)
    let alike = byRank.get(rank)
    if (alike === undefined) byRank.set(rank, (alike = { questions: [], answering: [] }))
    alike.questions.push({ firing, answering })
    if (isNew && answering) alike.answering.push(answering)
  }
  const index = ResponseIndex.of(responses)
  let looked = 0
  for (const firing of firings) {
    if (++looked % QUESTIONS_OF_STEP === 0) yield
    const matching = index.to(firing)
    if (matching.length === 0) ask(firing)
    for (const response of matching) ask(firing, response)
  }
  const ranked = [...byRank].toSorted(([a], [b]) => a - b).map(([, alike]) => alike)
  return {
    all: ranked.flatMap(({ questions }) => questions),
    answering: ranked.flatMap(({ answering }) => answering),
  }
}

const MOST_URGENCIES = 10
const MOST_RISKS = 10

/** The order of evaluation, lowest first: by prevention, then by urgency, then by risk. */
function rankOf(answering: Answering | undefined): number {
  const { response, action } = answering ?? {}
  const urgency = response ? URGENCY[response.priority] : URGENCY.efficiency + 1
  return (Number(response?.preventive ?? false) * MOST_URGENCIES + urgency) * MOST_RISKS + (action?.risk ?? 0)
}

/**
 * The resources that the actions for the firing alerts are meant to lower. They come in order, so the most urgent one is kept. An action
 * that could not be run lowers nothing: slow queries forbid no warming where there is no replica to relieve the database.
 *
 * Preventive responses come last, so the present problems are known when the first of them is reached. Predicted ones block no response to
 * a present one.
 */
function troublesOf(answering: readonly Answering[]): Record<'all' | 'present', ReadonlyMap<string, Trouble>> {
  const all = new Map<string, Trouble>()
  let present: ReadonlyMap<string, Trouble> | undefined
  for (const { action, response, first: firing } of answering) {
    if (response.preventive) present ??= new Map(all)
    if (action === undefined || action.lowers.every(resource => all.has(resource))) continue
    if (whyUnready({ firing, response, action }) !== undefined) continue
    for (const resource of action.lowers)
      if (!all.has(resource)) all.set(resource, { alert: firing.alert, priority: response.priority })
  }
  return { all, present: present ?? all }
}
