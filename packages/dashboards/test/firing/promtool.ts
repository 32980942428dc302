import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { debianProgram, PROMETHEUS_3 } from '@homeostat/services'

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

/**
 * The promtool of Prometheus 3, which reads names with dots.
 *
 * @returns undefined where the machine is not a Debian, or has no network; the reason is printed
 */
export async function findPromtool(): Promise<string | undefined> {
  try {
    return await debianProgram('promtool', 'promtool', PROMETHEUS_3)
  } catch (error) {
    console.warn(`the rules are not tried on Prometheus: ${String(error)}`)
    return undefined
  }
}

/** What `promtool test rules` says against the tests; nothing where they pass. */
export async function failuresOf(promtool: string, rules: string, tests: readonly RuleTest[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-promtool-'))
  try {
    await writeFile(join(folder, 'rules.yml'), rules)
    await writeFile(join(folder, 'tests.yml'), JSON.stringify(testFile(tests)))
    return await new Promise(resolve => {
      execFile(promtool, ['test', 'rules', 'tests.yml'], { cwd: folder }, (error, stdout, stderr) =>
        resolve(error === null ? '' : stdout + stderr),
      )
    })
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
