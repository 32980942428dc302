import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { promName } from '@homeostat/semconv'
import type { Panel, PanelQuery, Visual } from '../board.ts'
import { orZero, promqlOf } from '../promql.ts'
import { isOneNumber, mainPart } from '../query.ts'

/** The data source that the variable of the dashboard chooses. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const

/** Those that show one number for the time that is shown. */
const AT_ONCE: readonly Visual[] = ['table']

/** The queries of a panel: `A`, `B` and so on. */
export function targetsOf({ queries, visual }: Panel): DataqueryBuilder[] {
  return queries.map((each, index) => {
    const target = new DataqueryBuilder()
      .refId(String.fromCodePoint('A'.codePointAt(0)! + index))
      .datasource(DATASOURCE)
      .expr(exprOf(each, visual))
      .legendFormat(legendOf(each))
      .format(FORMATS[visual] ?? PromQueryFormat.TimeSeries)
    // A total is the growth over the whole time, so one value of it is enough.
    return AT_ONCE.includes(visual) || each.query.kind === 'total' ? target.instant() : target.range()
  })
}

function exprOf({ query }: PanelQuery, visual: Visual): string {
  const expr = promqlOf(query)
  // What there is: its value is above 0.
  if (visual === 'names') return `${expr} > 0`
  const isCount = query.kind === 'count' || query.kind === 'total'
  return visual === 'stat' && isCount && isOneNumber(query) ? orZero(expr) : expr
}

const FORMATS: Partial<Readonly<Record<Visual, PromQueryFormat>>> = {
  table: PromQueryFormat.Table,
  heatmap: PromQueryFormat.Heatmap,
}

function legendOf({ query, name }: PanelQuery): string {
  if (query.kind === 'buckets') return '{{le}}'
  const main = mainPart(query)
  const values = (isOneNumber(main) ? [] : main.by).map(label => `{{${promName(label)}}}`)
  const parts = [...(name === undefined ? [] : [name]), ...values]
  // Grafana writes the whole label set where the legend is empty.
  return parts.length === 0 ? '__auto' : parts.join(' ')
}
