import { boards } from './boards/boards.ts'
import { datadogDashboard } from './datadog/dashboard.ts'
import { datadogMonitors } from './datadog/monitors.ts'
import { grafanaDashboard } from './grafana/dashboard.ts'
import { ruleFile, ruleGroups } from './prometheus/rule-file.ts'

/** A file that is made here and committed. */
export interface GeneratedFile {
  /** From the folder of the package. */
  readonly path: string
  readonly text: string
}

/** Everything that this package ships beside its code. */
export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const groups = await ruleGroups()
  const rules = groups.flatMap(group => group.rules).filter(rule => 'alert' in rule)
  return [
    ...boards.map(board => ({ path: `grafana/${board.id}.json`, text: json(grafanaDashboard(board)) })),
    { path: 'prometheus/homeostat.rules.yml', text: ruleFile(groups) },
    { path: 'datadog/dashboard.json', text: json(datadogDashboard(boards)) },
    { path: 'datadog/monitors.json', text: json(datadogMonitors(rules)) },
  ]
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
