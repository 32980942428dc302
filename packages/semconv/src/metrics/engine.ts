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
  description: 'Decisions about an action that was due: run, or withheld as a control',
  attributes: [a.alert, a.actionName, a.trialArm],
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

export const alertTransitions: MetricDefinition = {
  name: 'homeostat.alert.transitions',
  kind: 'counter',
  unit: '{transition}',
  description: 'Changes of the state of alerts, by the state they came to',
  attributes: [a.alert, a.alertState],
}

export const alertsLeftOut: MetricDefinition = {
  name: 'homeostat.alert.left_out',
  kind: 'gauge',
  unit: '{alert}',
  description: 'Label sets for which a rule has no alert, because it has as many as one rule may have',
  attributes: [a.alert],
}

export const trials: MetricDefinition = {
  name: 'homeostat.trials',
  kind: 'gauge',
  unit: '{trial}',
  description: 'Open trials by action and state',
  attributes: [a.actionName, a.trialState, a.trialArm],
}

export const actionEffect: MetricDefinition = {
  name: 'homeostat.action.effect',
  kind: 'gauge',
  unit: '1',
  description:
    'Change of what an action should change, relative to doing nothing, with its interval; -0.2 is 20 % lower',
  attributes: [a.alert, a.actionName, a.effectBound],
}

export const reverts: MetricDefinition = {
  name: 'homeostat.action.reverts',
  kind: 'counter',
  unit: '{revert}',
  description: 'Reverts of lasting changes, by cause and result',
  attributes: [a.actionName, a.revertCause, a.revertResult],
}

export const guardBreaches: MetricDefinition = {
  name: 'homeostat.guard.breaches',
  kind: 'counter',
  unit: '{breach}',
  description: 'Trials in which a guard was breached, also those in which nothing was done',
  attributes: [a.actionName, a.trialArm],
}

export const quarantines: MetricDefinition = {
  name: 'homeostat.action.quarantines',
  kind: 'counter',
  unit: '{quarantine}',
  description: 'Times an action was banned for an alert',
  attributes: [a.alert, a.actionName],
}

export const budgetRemaining: MetricDefinition = {
  name: 'homeostat.budget.remaining',
  kind: 'gauge',
  unit: '1',
  description: 'Remaining budget of an action, in runs or milliseconds',
  attributes: [a.actionName, a.budget],
}

export const fleetMembers: MetricDefinition = {
  name: 'homeostat.fleet.members',
  kind: 'gauge',
  unit: '{process}',
  description: 'Processes that the coordinator knows to live, this one included; 0 without a coordinator',
  attributes: [a.coordinatorState],
}

export const engineCpuTime: MetricDefinition = {
  name: 'homeostat.engine.cpu.time',
  kind: 'counter',
  unit: 's',
  description: 'Time the loop itself has held the event loop, actions excluded',
  attributes: [],
}

export const errors: MetricDefinition = {
  name: 'homeostat.errors',
  kind: 'counter',
  unit: '{error}',
  description: 'Failures inside Homeostat that were contained',
  attributes: [a.component, a.errorType],
}

export const retainedSize: MetricDefinition = {
  name: 'homeostat.retained.size',
  kind: 'upDownCounter',
  unit: 'By',
  description: "Memory held for copies of the application's statements and values, estimated",
  attributes: [],
}

export const retainedEvictions: MetricDefinition = {
  name: 'homeostat.retained.evictions',
  kind: 'counter',
  unit: '{entry}',
  description: 'Copies of statements and values that were dropped to stay within the limit of the process',
  attributes: [],
}
