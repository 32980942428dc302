import type { SpanContext } from '@opentelemetry/api'
import type { Sample } from '@homeostat/judge'
import { touchedBy } from '../words/action.ts'
import { alertKey } from '../words/alert-key.ts'
import type { Decision } from '../words/decision.ts'
import type { Rest, RunningTrial, SettlingTrial } from '../words/trial.ts'
import type { GatheredValues } from './trial-values.ts'

/** What a trial begins with beside its decision. */
export interface TrialStart {
  readonly id: string
  readonly now: number
  /** Values of what is expected to change, from before the decision. */
  readonly before: readonly Sample[]
  readonly values: GatheredValues
  readonly traces: readonly SpanContext[]
  readonly rest: Rest
}

/** The trial of a decision as it begins: its action runs, or is withheld. Pure. */
export function newTrial(decision: Decision, start: TrialStart): RunningTrial | SettlingTrial {
  const { firing, response, action, arm, version, alternatives, gates, design } = decision
  const { id, now, before, values, traces, rest } = start
  const trial: RunningTrial = {
    id,
    state: 'running',
    action: action.name,
    arm,
    alert: firing.alert,
    alertKey: alertKey(firing),
    labels: firing.labels,
    touches: touchedBy(action),
    gates,
    alternatives: alternatives.map(({ response: other, reason, detail }) => ({
      ...(other && { action: other.action }),
      reason,
      detail,
    })),
    value: firing.value,
    traces,
    response,
    version,
    startedAt: now,
    before,
    after: values.after,
    beside: values.beside,
    ...(design && { design }),
    rest,
  }
  return arm === 'act' ? trial : { ...trial, state: 'settling', outcome: { status: 'withheld' }, endedAt: now }
}
