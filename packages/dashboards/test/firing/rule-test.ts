import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Promtool } from '@homeostat/services'

/** A series as promtool writes it: `0+5x10` are eleven values, `_x3` three that are missing. */
export interface TestSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly values: string
}

/** An alert that fires for a process. */
export interface Fired {
  readonly alert: string
  /** Not where all processes of a job are gone. */
  readonly instance?: string
}

/** Series, and the alerts that fire at some minutes. */
export interface RuleTest {
  readonly name: string
  readonly intervalS: number
  readonly series: readonly TestSeries[]
  readonly firing: Readonly<Record<number, readonly Fired[]>>
}

/** What `promtool test rules` says against the tests; nothing where they pass. */
export async function failuresOf(promtool: Promtool, rules: string, tests: readonly RuleTest[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-promtool-'))
  try {
    await writeFile(join(folder, 'rules.yml'), rules)
    await writeFile(join(folder, 'tests.yml'), JSON.stringify(testFile(tests)))
    const { code, output } = await promtool(folder, 'tests.yml')
    return code === 0 ? '' : output || `promtool ended with code ${code}`
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** JSON is YAML. */
function testFile(tests: readonly RuleTest[]): object {
  return {
    rule_files: ['rules.yml'],
    evaluation_interval: '15s',
    tests: tests.map(({ name, intervalS, series, firing }) => ({
      name,
      interval: `${intervalS}s`,
      input_series: series.map(({ labels, values }) => ({ series: seriesText(labels), values })),
      promql_expr_test: Object.entries(firing).map(([minute, alerts]) => ({
        expr: 'min by (alertname, instance) (ALERTS{alertstate="firing"})',
        eval_time: `${minute}m`,
        exp_samples: alerts.map(({ alert, instance }) => ({
          labels: seriesText({ alertname: alert, ...(instance !== undefined && { instance }) }),
          value: 1,
        })),
      })),
    })),
  }
}

function seriesText(labels: TestSeries['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
    return `${key}=${JSON.stringify(value)}`
  })
  return `{${pairs.join(',')}}`
}
