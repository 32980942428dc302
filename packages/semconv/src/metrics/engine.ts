// Homeostat about itself: written from the ledger only.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

export const heartbeat: MetricDefinition = {
  name: 'homeostat.heartbeat',
  kind: 'counter',
  unit: '{tick}',
  description: 'Completed ticks of the loop; alert on its absence',
  attributes: [],
}

export const tickDuration: MetricDefinition = {
  name: 'homeostat.tick.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Time from the start of a tick to its decisions, actions excluded',
  attributes: [],
  buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1],
}

export const engineMode: MetricDefinition = {
  name: 'homeostat.engine.mode',
  kind: 'gauge',
  unit: '1',
  description: '1 for the mode in force',
  attributes: [a.mode],
}

export const alerts: MetricDefinition = {
  name: 'homeostat.alerts',
  kind: 'gauge',
  unit: '{alert}',
  description: 'Alerts by name and state',
  attributes: [a.alert, a.alertState],
}

export const decisions: MetricDefinition = {
  name: 'homeostat.decisions',
  kind: 'counter',
  unit: '{decision}',
  description: 'Decisions to run an action',
  attributes: [a.alert, a.actionName],
}

export const refusals: MetricDefinition = {
  name: 'homeostat.refusals',
  kind: 'counter',
  unit: '{refusal}',
  description: 'Times an action was due and a gate refused it, counted once per change of reason',
  attributes: [a.alert, a.actionName, a.refusalReason],
}

export const actionRuns: MetricDefinition = {
  name: 'homeostat.action.runs',
  kind: 'counter',
  unit: '{run}',
  description: 'Runs of actions by result',
  attributes: [a.actionName, a.actionResult],
}

export const actionDuration: MetricDefinition = {
  name: 'homeostat.action.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Duration of action runs',
  attributes: [a.actionName],
  buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
}

export const verdicts: MetricDefinition = {
  name: 'homeostat.verdicts',
  kind: 'counter',
  unit: '{verdict}',
  description: 'Verdicts on trials',
  attributes: [a.actionName, a.verdict],
}

export const errors: MetricDefinition = {
  name: 'homeostat.errors',
  kind: 'counter',
  unit: '{error}',
  description: 'Failures inside Homeostat that were contained',
  attributes: [a.component, a.errorType],
}
