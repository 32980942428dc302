import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { homeostat } from 'homeostat'
import type { Rule } from '@homeostat/promql'
import { GrowingWorkload } from './growing-workload.ts'
import { cpuOfTurnsDuring, longestOf, median } from './turns.ts'
import { INTERVAL_MS } from './workload.ts'

/** What grows: alerts of one rule, series with a thousand alerts, rules over a hundred series, or rules in a file that changes. */
export interface GrowthTask {
  readonly of: 'alerts' | 'series' | 'rules' | 'reload'
  readonly count: number
  /** Ticks that are measured, or reloads. */
  readonly times: number
}

export interface Growth {
  /** Of a tick, or of a reload: CPU of the main thread, median. */
  readonly cpuMs: number
  /** CPU of a turn of the event loop in milliseconds, the longest of each tick or reload. */
  readonly longestSlices: readonly number[]
  /** The sizes that were found to be in force. */
  readonly alerts: number
  readonly rules: number
  /** Milliseconds that the call of `homeostat()` took; reloads only. */
  readonly startMs: number
}

/** Windows are full and alerts fire, and the compiler is through. */
const WARM_UP_TICKS = 30
const POLL_MS = 20

process.once('message', (task: GrowthTask) => {
  const measured = task.of === 'reload' ? reloads(task) : ticks(task, task.of)
  void measured.then(growth => process.send?.(growth, () => process.disconnect()))
})

async function ticks({ count, times }: GrowthTask, of: 'alerts' | 'series' | 'rules'): Promise<Growth> {
  const workload = new GrowingWorkload(of, count)
  const { optimizer } = workload
  await optimizer.loadInSlices(workload.program)
  let now = Date.now()
  const cpuMs: number[] = []
  const longestSlices: number[] = []
  for (let tick = 0; tick < WARM_UP_TICKS + times; tick++) {
    workload.serve()
    const before = mainThreadMs()
    const turns = await cpuOfTurnsDuring(optimizer.tickInSlices((now += INTERVAL_MS)))
    if (tick < WARM_UP_TICKS) continue
    cpuMs.push(mainThreadMs() - before)
    longestSlices.push(longestOf(turns))
  }
  const { firings = [] } = optimizer.ledger.entries.at(-1) ?? {}
  const rules = optimizer.rules.health.length
  return { cpuMs: mean(cpuMs), longestSlices, alerts: firings.length, rules, startMs: 0 }
}

/** A rule file that somebody changes while the process runs, and the start on it. */
async function reloads({ count, times }: GrowthTask): Promise<Growth> {
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-cost-'))
  const file = join(folder, 'rules.yml')
  const rulesOf = (version: number): Rule[] => rulesFor(count, version)
  await writeFile(file, yaml(rulesOf(0)))
  const began = performance.now()
  const h = homeostat({ ruleFiles: [file], stateDir: folder, autoStart: false, environment: {} })
  const startMs = performance.now() - began
  const hasLoaded = async (version: number): Promise<void> => {
    const last = `Rule${count - 1}Of${version}`
    while (!h.optimizer.rules.health.some(({ rule }) => 'alert' in rule && rule.alert === last)) await sleep(POLL_MS)
  }
  const cpuMs: number[] = []
  const longestSlices: number[] = []
  for (let version = 0; version < times; version++) {
    if (version > 0) await writeFile(file, yaml(rulesOf(version)))
    const before = mainThreadMs()
    longestSlices.push(longestOf(await cpuOfTurnsDuring(hasLoaded(version))))
    cpuMs.push(mainThreadMs() - before)
  }
  const rules = h.optimizer.rules.health.length
  await h.stop()
  await rm(folder, { recursive: true })
  return { cpuMs: median(cpuMs), longestSlices, alerts: 0, rules, startMs }
}

function rulesFor(count: number, version: number): Rule[] {
  return Array.from({ length: count }, (_, index) => ({
    alert: `Rule${index}Of${version}`,
    expr: `sum by (route) (rate(app_requests_total{route="/${index}"}[1m])) > ${index + version}`,
    for: '30s',
    labels: { severity: 'high' },
  }))
}

function yaml(rules: readonly Rule[]): string {
  const lines = rules.map(
    ({ alert, expr, for: hold, labels }) =>
      `  - alert: ${alert}\n    expr: '${expr}'\n    for: ${hold}\n    labels: { severity: ${labels?.['severity']} }`,
  )
  return `groups:\n- name: grown\n  rules:\n${lines.join('\n')}\n`
}

/** Of this thread alone, where Node can tell (24 and later). */
function mainThreadMs(): number {
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)()
  return (user + system) / 1000
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
