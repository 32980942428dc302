import { attributes as a, metrics } from '@homeostat/semconv'
import type { Registry, Steps } from '@homeostat/signals'
import type { Firing } from '../../words/firing.ts'
import { modes } from '../../words/mode.ts'
import { CurrentLevels } from './current-levels.ts'
import type { LedgerWriter } from './ledger-writer.ts'

/** Homeostat's metrics about itself, from the ledger. Bounded: alerts and actions by name, the rest by closed sets. */
export function ledgerMetrics(registry: Registry): readonly LedgerWriter[] {
  return [tickMetrics(registry), alertMetrics(registry), decisionMetrics(registry), trialMetrics(registry)]
}

/** Alerts and refusals written between two rests. */
const ROWS_OF_STEP = 64

function tickMetrics(registry: Registry): LedgerWriter {
  const heartbeat = registry.counter(metrics.heartbeat).with()
  const tickDuration = registry.histogram(metrics.tickDuration).with()
  const cpuTime = registry.counter(metrics.engineCpuTime).with()
  const engineMode = new CurrentLevels(registry.level(metrics.engineMode), [a.mode])
  const members = new CurrentLevels(registry.level(metrics.fleetMembers), [a.coordinatorState])

  // oxlint-disable-next-line require-yield -- a handful of values
  return function* ({ durationMs, mode: current, fleet }) {
    heartbeat.add()
    tickDuration.record(durationMs / 1000)
    cpuTime.add(durationMs / 1000)
    engineMode.show(modes.map(mode => [[mode], mode === current ? 1 : 0] as const))
    const count = fleet.coordinator === 'reachable' ? fleet.members : 0
    members.show([[[fleet.coordinator], count]])
  }
}

function alertMetrics(registry: Registry): LedgerWriter {
  const alerts = new CurrentLevels(registry.level(metrics.alerts), [a.alert, a.alertState])
  const transitions = registry.counter(metrics.alertTransitions)

  const leftOut = new CurrentLevels(registry.level(metrics.alertsLeftOut), [a.alert])

  return function* ({ pending, firings, limited, transitions: changed }) {
    const states = { pending: yield* countByName(pending), firing: yield* countByName(firings) }
    alerts.show(
      Object.entries(states).flatMap(([state, counts]) =>
        Array.from(counts, ([alert, n]) => [[alert, state], n] as const),
      ),
    )
    leftOut.show(limited.map(rule => [[rule.alert], rule.leftOut] as const))
    for (const [index, { alert, to }] of changed.entries()) {
      transitions.with({ [a.alert]: alert, [a.alertState]: to }).add()
      if (index % ROWS_OF_STEP === ROWS_OF_STEP - 1) yield
    }
  }
}

function* countByName(alerts: readonly Firing[]): Steps<Map<string, number>> {
  const counts = new Map<string, number>()
  let counted = 0
  for (const { alert } of alerts) {
    counts.set(alert, (counts.get(alert) ?? 0) + 1)
    if (++counted % 1024 === 0) yield
  }
  return counts
}

function decisionMetrics(registry: Registry): LedgerWriter {
  const decisions = registry.counter(metrics.decisions)
  const refusals = registry.counter(metrics.refusals)
  const budgets = new CurrentLevels(registry.level(metrics.budgetRemaining), [a.actionName, a.budget])

  return function* (entry) {
    for (const { firing, action, arm } of entry.decisions)
      decisions.with({ [a.alert]: firing.alert, [a.actionName]: action.name, [a.trialArm]: arm }).add()
    let written = 0
    for (const { firing, response, reason } of entry.refused) {
      if (++written % ROWS_OF_STEP === 0) yield
      const action = response?.action ?? ''
      refusals.with({ [a.alert]: firing.alert, [a.actionName]: action, [a.refusalReason]: reason }).add()
    }
    budgets.show(
      entry.budgets.flatMap(({ action, remaining }) =>
        remaining.map(({ budget, remaining: left }) => [[action, budget], left] as const),
      ),
    )
  }
}

function trialMetrics(registry: Registry): LedgerWriter {
  const trials = new CurrentLevels(registry.level(metrics.trials), [a.actionName, a.trialState, a.trialArm])
  const runs = registry.counter(metrics.actionRuns)
  const durations = registry.histogram(metrics.actionDuration)
  const verdicts = registry.counter(metrics.verdicts)
  const effect = registry.level(metrics.actionEffect)
  const reverts = registry.counter(metrics.reverts)
  const breaches = registry.counter(metrics.guardBreaches)
  const quarantines = registry.counter(metrics.quarantines)

  // oxlint-disable-next-line require-yield -- what happens to trials is bounded by the budget
  return function* (entry) {
    trials.show(entry.open.map(({ action, state, arm }) => [[action, state, arm], 1]))
    const ended = entry.ended.map(({ outcome, ...trial }) => ({ ...trial, status: outcome.status }))
    for (const { action, status, startedAt, endedAt } of [...ended, ...entry.advised]) {
      runs.with({ [a.actionName]: action, [a.actionResult]: status }).add()
      durations.with({ [a.actionName]: action }).record((endedAt - startedAt) / 1000)
    }
    for (const { action, arm, verdict } of entry.verdicts)
      if (arm === 'act') verdicts.with({ [a.actionName]: action, [a.verdict]: verdict }).add()
    for (const { alert, action, effect: estimate, interval } of entry.effects) {
      const bounds = { estimate, low: interval[0], high: interval[1] }
      for (const [bound, value] of Object.entries(bounds))
        effect.with({ [a.alert]: alert, [a.actionName]: action, [a.effectBound]: bound }).set(value)
    }
    for (const { action, reverted } of entry.reverted) {
      if (!reverted) continue
      const { because, result } = reverted
      reverts.with({ [a.actionName]: action, [a.revertCause]: because, [a.revertResult]: result }).add()
    }
    for (const { action, arm } of entry.breaches) breaches.with({ [a.actionName]: action, [a.trialArm]: arm }).add()
    for (const { alert, action } of entry.quarantined)
      quarantines.with({ [a.alert]: alert, [a.actionName]: action }).add()
  }
}
