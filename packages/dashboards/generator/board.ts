import type { MetricDefinition } from '@homeostat/semconv'
import { partsOf, type Query } from './query.ts'

/** The unit of an axis: `share` is 0 to 1, shown as per cent. */
export type Unit = 'seconds' | 'share' | 'bytes' | 'bytes/s' | 'per second' | 'number' | 'factor'

/** How a panel shows its queries; `names` writes the attributes of what there is instead of its value. */
export type Visual = 'lines' | 'stacked' | 'stat' | 'names' | 'table' | 'states' | 'heatmap'

export interface PanelQuery {
  readonly query: Query
  /** What the line is called, before the values of the attributes by which it differs. @default nothing */
  readonly name?: string
}

export interface Panel {
  readonly title: string
  readonly unit: Unit
  readonly visual: Visual
  readonly queries: readonly PanelQuery[]
  /** Columns of 24. */
  readonly width: number
  /** Where the colour turns to red. */
  readonly red?: number
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

/** A dashboard, as data that every backend's own is made of. */
export interface Board {
  /** Its file and the end of its address. */
  readonly id: string
  readonly title: string
  readonly description: string
  readonly rows: readonly Row[]
}

type Given = Query | PanelQuery | readonly (Query | PanelQuery)[]

function listOf(given: Given): readonly PanelQuery[] {
  const list: readonly (Query | PanelQuery)[] = 'length' in given ? given : [given]
  return list.map(each => ('query' in each ? each : { query: each }))
}

const panelOf =
  (visual: Visual, usualWidth: number) =>
  (title: string, unit: Unit, given: Given, rest: Partial<Pick<Panel, 'width' | 'red'>> = {}): Panel => ({
    title,
    unit,
    visual,
    queries: listOf(given),
    width: usualWidth,
    ...rest,
  })

export const lines = panelOf('lines', 12)
export const stacked = panelOf('stacked', 12)
export const stat = panelOf('stat', 6)
export const names = panelOf('names', 6)
export const table = panelOf('table', 12)
export const states = panelOf('states', 24)
export const heatmap = panelOf('heatmap', 12)

/** A query whose lines have a name of their own. */
export const named = (name: string, query: Query): PanelQuery => ({ name, query })

/** The metrics that a panel shows, each once. */
export function metricsOfPanel({ queries }: Panel): readonly MetricDefinition[] {
  return [...new Set(queries.flatMap(({ query }) => partsOf(query).map(({ metric }) => metric)))]
}

/** What the metrics of a panel are, in the words of the conventions. */
export function descriptionOf(panel: Panel): string {
  return metricsOfPanel(panel)
    .map(({ name, description }) => `${name}: ${description.replace(/\.?$/, '.')}`)
    .join('\n\n')
}
