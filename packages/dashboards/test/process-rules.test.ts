import { createRules, createStore, type Rule, type Rules } from '@homeostat/promql'
import { parseRuleFile } from '@homeostat/promql/rule-files'
import { dashboardFiles } from '@homeostat/dashboards'
import { describe, expect, test } from 'vitest'

const STEP_MS = 15_000
const STEPS = 12

const file = dashboardFiles().find(({ path }) => path === 'prometheus/homeostat.rules.yml')!
const rules = parseRuleFile(file.text, { file: file.path }).groups.flatMap(group => group.rules)

/** A gauge of a process, which is its value all the time. */
type Gauge = readonly [name: string, labels: Readonly<Record<string, string>>, value: number]

/** The processes, as `job/instance`, for which a rule of the shipped file fires on a server that knows all of them. */
function firing(alert: string, gauges: readonly Gauge[]): readonly string[] {
  const store = createStore({ intervalMs: STEP_MS })
  const evaluated: Rules = createRules(
    rules.filter((rule): rule is Rule => 'alert' in rule && rule.alert === alert),
    store,
  )
  const series = gauges.map(([name, labels, value]) => [store.series({ name, labels }), value] as const)
  for (let step = 0; ; step++) {
    for (const [handle, value] of series) handle.append(step * STEP_MS, value)
    const { alerts } = evaluated.evaluate(step * STEP_MS)
    if (step === STEPS)
      return alerts
        .filter(({ state }) => state === 'firing')
        .map(({ labels }) => `${labels['job']}/${labels['instance']}`)
        .toSorted()
  }
}

const api = { job: 'api', instance: 'api-1' }
const api2 = { job: 'api', instance: 'api-2' }
const worker = { job: 'worker', instance: 'worker-1' }

const late = (of: Readonly<Record<string, string>>): Gauge => ['nodejs_eventloop_delay_p99', of, 0.5]
const jobs = (of: Readonly<Record<string, string>>, active: number): readonly Gauge[] => [
  ['bullmq_queue_jobs', { ...of, otel_scope_name: '@homeostat/bullmq', bullmq_queue_jobs_state: 'active' }, active],
  ['homeostat_queue_job_cpu_time', of, 0.1],
]

describe('the rules for a server look at one process at a time', () => {
  test('jobs of one service do not delay the loop of another', () => {
    expect(firing('JobsDelayLoop', [late(api), ...jobs(worker, 5)])).toEqual([])
    expect(firing('JobsDelayLoop', [late(api), late(worker), ...jobs(worker, 5)])).toEqual(['worker/worker-1'])
  })

  test('a limit meant for one process is not compared with the sum of several', () => {
    expect(firing('JobsDelayLoop', [late(api), ...jobs(api, 1), ...jobs(api2, 1)])).toEqual([])
    expect(firing('JobsDelayLoop', [late(api), ...jobs(api, 2), ...jobs(api2, 1)])).toEqual(['api/api-1'])
  })

  test('what clears an alert of one process does not clear that of another', () => {
    const busy: Gauge = ['nodejs_eventloop_utilization', api, 0.99]
    const idleThread = (of: Readonly<Record<string, string>>): Gauge => ['homeostat_eventloop_cpu_utilization', of, 0.1]
    const busyThread: Gauge = ['homeostat_eventloop_cpu_utilization', api, 0.9]
    expect(firing('CpuSaturated', [busy, busyThread, idleThread(api2)])).toEqual(['api/api-1'])
    expect(firing('CpuSaturated', [busy, idleThread(api), ['homeostat_eventloop_cpu_utilization', api2, 0.9]])).toEqual(
      [],
    )
  })
})
