import type { Rule, RuleGroup } from '@homeostat/promql'
import { attributes, metrics, promName } from '@homeostat/semconv'

const ACTION = promName(attributes.actionName)
const COMPONENT = promName(attributes.component)
const HEARTBEAT = promName(metrics.heartbeat)

/** True where a counter has grown within 15 minutes. `increase` does not see the first value of a series, and this does. */
function grew(counter: string, by: string): string {
  const now = `sum by (${by}) (${counter})`
  return `${now} > (sum by (${by}) (${counter} offset 15m) or 0 * ${now})`
}

/**
 * A service that is gone is missed for a day, however long the alert has fired; one that was removed for good as well, for which a person
 * silences it.
 */
const silent: Rule = {
  alert: 'HomeostatSilent',
  expr: `count by (job) (present_over_time(${HEARTBEAT}[1d])) unless count by (job) (${HEARTBEAT}) or sum by (job, instance) (increase(${HEARTBEAT}[5m])) == 0`,
  for: '5m',
  labels: { severity: 'high' },
  annotations: {
    summary: 'Homeostat does not tick in {{ $labels.job }}',
    description:
      'The service is down, is not scraped, or its loop is stopped. What Homeostat has changed is reverted by the next process of the service.',
  },
}

const harmful: Rule = {
  alert: 'HomeostatActionHarmful',
  expr: grew(`${promName(metrics.verdicts)}{${promName(attributes.verdict)}="harmful"}`, `job, ${ACTION}`),
  labels: { severity: 'medium' },
  annotations: {
    summary: `{{ $labels.${ACTION} }} was found to do harm; it was reverted and is in quarantine`,
    description: 'npx homeostat explain says which trial, what was compared, and by how much it got worse.',
  },
}

const notReverted: Rule = {
  alert: 'HomeostatRevertFailed',
  expr: grew(`${promName(metrics.reverts)}{${promName(attributes.revertResult)}="failed"}`, `job, ${ACTION}`),
  labels: { severity: 'high' },
  annotations: {
    summary: `a change by {{ $labels.${ACTION} }} could not be reverted`,
    description: 'The log says what stands, and how to set it back by hand.',
  },
}

const failing: Rule = {
  alert: 'HomeostatFailing',
  expr: `sum by (job, instance, ${COMPONENT}) (increase(${promName(metrics.errors)}[15m])) > 10`,
  for: '5m',
  labels: { severity: 'low' },
  annotations: {
    summary: `{{ $value | printf "%.0f" }} failures of the part {{ $labels.${COMPONENT} }} of Homeostat were contained within 15 minutes`,
  },
}

/** What a server can see and the process cannot: that the process is gone. And what a person should know of the loop itself. */
export const ownRules: RuleGroup = { name: 'homeostat-itself', rules: [silent, harmful, notReverted, failing] }
