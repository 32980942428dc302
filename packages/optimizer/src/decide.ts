import type { Action } from './action.ts'
import type { Decision, Proposal, Refusal, RefusalReason } from './decision.ts'
import type { Firing } from './firing.ts'
import type { GateState } from './gate.ts'
import { gates } from './gates/gates.ts'
import { responsesTo } from './response-match.ts'
import type { Response } from './response.ts'

/** What a tick knows when it decides. */
export interface DecisionInput extends Omit<GateState, 'decided'> {
  readonly firings: readonly Firing[]
  readonly responses: readonly Response[]
  readonly actions: ReadonlyMap<string, Action>
}

/**
 * Answers every firing: an action to run, or the reason why not. Pure.
 *
 * Urgent responses are asked first over all firings, so that a cache warming never takes the place of a memory cleanup.
 */
export function decide(input: DecisionInput): (Decision | Refusal)[] {
  const decided: Decision[] = []
  const refused: Refusal[] = []

  for (const { firing, response } of byUrgency(input)) {
    const action = response && input.actions.get(response.action)
    if (!response) {
      refused.push(refusal(firing, undefined, 'no response', 'nothing is registered for this alert'))
    } else if (!action) {
      refused.push(refusal(firing, response, 'no such action', `no package in use brings ${response.action}`))
    } else {
      const proposal: Proposal = { firing, response, action }
      const refusing = firstRefusal(proposal, { ...input, decided })
      if (refusing)
        refused.push({
          ...refusal(firing, response, refusing.reason, refusing.detail),
          mode: input.modeOf(action.name),
        })
      else decided.push({ kind: 'decision', ...proposal })
    }
  }
  return [...decided, ...refused]
}

function firstRefusal(proposal: Proposal, state: GateState): { reason: RefusalReason; detail: string } | undefined {
  for (const gate of gates) {
    const detail = gate.refuse(proposal, state)
    if (detail !== undefined) return { reason: gate.reason, detail }
  }
  return undefined
}

const URGENCY = { safety: 0, slo: 1, efficiency: 2 } as const

function byUrgency({ firings, responses }: DecisionInput): { firing: Firing; response: Response | undefined }[] {
  return firings
    .flatMap((firing): { firing: Firing; response: Response | undefined }[] => {
      const matching = responsesTo(firing, responses)
      return matching.length ? matching.map(response => ({ firing, response })) : [{ firing, response: undefined }]
    })
    .toSorted((a, b) => urgency(a.response) - urgency(b.response))
}

function urgency(response: Response | undefined): number {
  return response ? URGENCY[response.priority] : URGENCY.efficiency + 1
}

function refusal(firing: Firing, response: Response | undefined, reason: RefusalReason, detail: string): Refusal {
  return { kind: 'refusal', firing, reason, detail, ...(response && { response }) }
}
