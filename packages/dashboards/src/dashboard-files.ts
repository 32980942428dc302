import { readdirSync, readFileSync } from 'node:fs'
import { type NameStyle, nameStyles } from './name-style.ts'
import { prometheusNames } from './prometheus-names.ts'
import { renamedBoard } from './renamed-board.ts'
import { renamedRules } from './renamed-rules.ts'
import { shippedFolder } from './shipped-folder.ts'

/** A file to import into a backend. */
export interface DashboardFile {
  /** Folder and name, with `/` between them, e.g. `grafana/overview.json`. */
  readonly path: string
  /** The whole text, UTF-8, with a newline at its end. */
  readonly text: string
}

/** Options of {@link dashboardFiles}. */
export interface DashboardFilesOptions {
  /** How the backend spells names. @default 'plain' */
  readonly names?: NameStyle
}

/**
 * The dashboards, rule files and monitors of Homeostat for one backend: Grafana's dashboards and Prometheus's rule file, or, with
 * `names: 'datadog'`, a dashboard and monitors of Datadog. It reads a few files of this package and keeps nothing.
 *
 * @throws RangeError for names that are not a {@link NameStyle}
 *
 * @example
 * ```ts
 * import { dashboardFiles } from '@homeostat/dashboards'
 *
 * for (const { path, text } of dashboardFiles({ names: 'UnderscoreEscapingWithSuffixes' })) console.log(path, text.length)
 * ```
 */
export function dashboardFiles({ names = 'plain' }: DashboardFilesOptions = {}): readonly DashboardFile[] {
  if (!nameStyles.includes(names)) throw new RangeError(`names must be one of ${nameStyles.join(', ')}`)
  if (names === 'datadog') return filesIn('datadog')
  const files = [...filesIn('grafana'), ...filesIn('prometheus')]
  if (names === 'plain') return files
  const renamed = prometheusNames(names)
  return files.map(({ path, text }) => ({
    path,
    text: path.endsWith('.json')
      ? `${JSON.stringify(renamedBoard(JSON.parse(text), renamed), undefined, 2)}\n`
      : renamedRules(text, renamed, path),
  }))
}

function filesIn(folder: 'grafana' | 'prometheus' | 'datadog'): DashboardFile[] {
  return readdirSync(new URL(`${folder}/`, shippedFolder))
    .toSorted()
    .map(name => ({
      path: `${folder}/${name}`,
      text: readFileSync(new URL(`${folder}/${name}`, shippedFolder), 'utf8'),
    }))
}
