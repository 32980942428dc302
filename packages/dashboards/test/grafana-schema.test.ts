import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { dashboardFiles } from '@homeostat/dashboards'
import { expect, onTestFinished, test } from 'vitest'

const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))

/** The kinds of panels, by the folder of their schema. */
const PANELS: Readonly<Record<string, string>> = {
  timeseries: 'timeseries',
  stat: 'stat',
  table: 'table',
  heatmap: 'heatmap',
  'state-timeline': 'statetimeline',
}

interface Panel {
  readonly type: string
  readonly options?: object
  readonly fieldConfig?: { readonly defaults: { readonly custom?: object } }
}

interface Dashboard {
  readonly annotations: { readonly list: readonly object[] }
  readonly panels: readonly Panel[]
}

const dashboards = dashboardFiles()
  .filter(({ path }) => path.startsWith('grafana/'))
  .map(({ text }) => JSON.parse(text) as Dashboard)

/** The declarations in a folder of Grafana's schema package, which moved them from one major to the next. */
function declarations(schema: string, folder: string): string {
  const [file] = globSync(`dist/{types,esm}/raw/${folder}/*.d.ts`, { cwd: schema })
  if (file === undefined) throw new Error(`${schema} has no ${folder}`)
  return join(schema, file)
}

/**
 * A source that compiles only if the dashboards are what the types say: every required field of a dashboard is there, no field is unknown,
 * and each value is of its type. Grafana fills in the options of a panel that are absent. An enumeration is given by its values.
 */
function sourceOf(schema: string, checked: readonly Dashboard[]): string {
  const lines = checked.flatMap(dashboard =>
    dashboard.panels
      .filter(({ type }) => type !== 'row')
      .flatMap(({ type, options = {}, fieldConfig }) => [
        `check<Partly<P_${PANELS[type]}.Options>>()(${JSON.stringify(options)})`,
        ...(fieldConfig?.defaults.custom && type !== 'stat'
          ? [`check<Partly<P_${PANELS[type]}.FieldConfig>>()(${JSON.stringify(fieldConfig.defaults.custom)})`]
          : []),
      ])
      .concat(`check<Plain<Dashboard>>()(${JSON.stringify(withoutQueries(dashboard))})`),
  )
  return [
    `import type { Dashboard } from '${declarations(schema, 'dashboard/x')}'`,
    ...Object.values(PANELS).map(
      folder => `import type * as P_${folder} from '${declarations(schema, `composable/${folder}/panelcfg/x`)}'`,
    ),
    'type Value<T> = T extends string ? `${T}` : T extends number ? (`${T}` extends `${infer N extends number}` ? N : T) : T',
    'type Leaf = string | number | boolean | null | undefined',
    'type Plain<T> = T extends Leaf ? Value<T> : T extends readonly (infer E)[] ? Plain<E>[] : { [K in keyof T]: Plain<T[K]> }',
    'type Partly<T> = T extends Leaf ? Value<T> : T extends readonly (infer E)[] ? Partly<E>[] : { [K in keyof T]?: Partly<T[K]> }',
    'function check<T>(): (value: T) => void { return () => undefined }',
    ...new Set(lines),
  ].join('\n')
}

/** The schema leaves the query of an annotation to the data source, and has no place for it. */
function withoutQueries(dashboard: Dashboard): Dashboard {
  const list = dashboard.annotations.list.map(annotation =>
    Object.fromEntries(Object.entries(annotation).filter(([field]) => !['target', 'titleFormat'].includes(field))),
  )
  return { ...dashboard, annotations: { list } }
}

/** What the compiler says about dashboards, by the types of a major version of Grafana. */
async function problems(major: number, checked: readonly Dashboard[]): Promise<string> {
  const schema = await realpath(fileURLToPath(new URL(`../node_modules/grafana-schema-${major}`, import.meta.url)))
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-grafana-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const [index] = globSync(['dist/types/index.d.ts', 'dist/esm/index.d.ts', 'dist/esm/index.d.mts'], { cwd: schema })
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    target: 'es2023',
    types: [],
    paths: { '@grafana/schema': [join(schema, index!)] },
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['checks.ts'] }))
  await writeFile(join(folder, 'checks.ts'), sourceOf(schema, checked))
  return promisify(execFile)(process.execPath, [tsc, '-p', folder], { maxBuffer: 2 ** 24 }).then(
    () => '',
    (error: { readonly stdout: string }) => error.stdout.replaceAll(/^.*checks\.ts/gm, 'checks.ts'),
  )
}

test.each([11, 12, 13])('the dashboards are what Grafana %i publishes as their types', async major => {
  expect(await problems(major, dashboards)).toBe('')
})

test('a field that Grafana does not know is found, and a value that it does not allow', async () => {
  const { panels, ...rest } = dashboards[0]!
  const panel = panels.find(({ type }) => type === 'timeseries')!
  expect(await problems(13, [{ ...rest, panels, unknown: 1 } as Dashboard])).toContain(`'"unknown"' does not exist`)
  const options = { ...panel.options, tooltip: { mode: 'many' } }
  expect(await problems(13, [{ ...rest, panels: [{ ...panel, options }] }])).toContain('"many"')
})
