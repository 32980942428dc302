import type { Rule, RuleGroup } from '@homeostat/promql'
import { attributes, metrics, promName } from '@homeostat/semconv'

const ACTION = promName(attributes.actionName)
const COMPONENT = promName(attributes.component)
const HEARTBEAT = promName(metrics.heartbeat)

/**
 * How much each series of a counter has grown within 15 minutes. `increase` does not see the first value of a series, and a restart may
 * begin with the value that the process before had. Therefore a series that is in fewer scrapes than the heartbeat of its process counts
 * as a whole: it began within the time, whereas a scrape that failed has neither. One that has ended counts if it was not there before.
 */
function growth(counter: string): string {
  const began = `count_over_time(${counter}[15m]) < on (job, instance) group_left () max by (job, instance) (count_over_time(${HEARTBEAT}[15m]))`
  return `(${counter} or (max_over_time(${counter}[15m]) unless ${counter} offset 15m)) and (${began}) or increase(${counter}[15m])`
}

/** True where a counter has grown within 15 minutes. */
function grew(counter: string, by: string): string {
  return `sum by (${by}) (${growth(counter)}) > 0`
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
  expr: `sum by (job, instance, ${COMPONENT}) (${growth(promName(metrics.errors))}) > 10`,
  for: '5m',
  labels: { severity: 'low' },
  annotations: {
    summary: `{{ $value | printf "%.0f" }} failures of the part {{ $labels.${COMPONENT} }} of Homeostat were contained within 15 minutes`,
  },
}

/** What a server can see and the process cannot: that the process is gone. And what a person should know of the loop itself. */
export const ownRules: RuleGroup = { name: 'homeostat-itself', rules: [silent, harmful, notReverted, failing] }
