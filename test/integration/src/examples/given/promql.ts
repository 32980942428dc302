import {
  createRules,
  createStore,
  type Alert,
  type AlertStates,
  type RuleSource,
  type Rules,
  type Store,
} from '@homeostat/promql'

export const sources: readonly RuleSource[] = [{ alert: 'QueueStuck', expr: 'queue_jobs > 100' }]

export const store: Store = createStore({ intervalMs: 5_000 })

export const rules: Rules = createRules(sources, store)

/** An alert of a caller that has states of its own. */
export type MyAlert = Alert

/** States in which no alert is ever active. */
export const myStates: AlertStates<MyAlert> = {
  ofRule: () => ({
    idle: true,
    active: 0,
    leftOut: 0,
    changes: 0,
    alerts: [],
    list: () => {},
    *update() {},
    takeOver: () => {},
    end: () => {},
  }),
}
