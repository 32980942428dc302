import { type Board, type Panel, type PanelQuery, type Row } from '../board.ts'
import { isOneNumber, mainPart, partsOf } from '../query.ts'
import { datadogFormula, datadogQuery } from './datadog-query.ts'

/** The service and the environment that the variables of the dashboard choose. */
const CHOSEN = ['$service', '$env']

const DISPLAYS: Partial<Readonly<Record<Panel['visual'], string>>> = { stacked: 'area', states: 'bars' }

/** One dashboard of Datadog: a group of widgets for each row of each board. */
export function datadogDashboard(boards: readonly Board[]): object {
  return {
    title: 'Homeostat',
    description:
      'What Homeostat measures, decides and judges, from metrics that came by OTLP. Percentiles need "percentile aggregations" of their metric.',
    layout_type: 'ordered',
    reflow_type: 'auto',
    template_variables: [
      { name: 'service', prefix: 'service', available_values: [], defaults: ['*'] },
      { name: 'env', prefix: 'env', available_values: [], defaults: ['*'] },
    ],
    widgets: boards.flatMap(board => board.rows.map(row => group(board, row))),
  }
}

function group({ title }: Board, row: Row): object {
  return {
    definition: {
      type: 'group',
      layout_type: 'ordered',
      title: `${title.replace(/^Homeostat:? /, '')}: ${row.title}`,
      show_title: true,
      widgets: row.panels.map(widget),
    },
  }
}

function widget(panel: Panel): object {
  const { title, visual, queries, red } = panel
  if (visual === 'stat' && queries.every(({ query }) => isOneNumber(mainPart(query))))
    return {
      definition: { type: 'query_value', title, autoscale: true, precision: 2, requests: [request(queries, 'scalar')] },
    }
  return {
    definition: {
      type: 'timeseries',
      title: `${title} (${panel.unit})`,
      show_legend: true,
      legend_layout: 'auto',
      requests: [{ ...request(queries, 'timeseries'), display_type: DISPLAYS[visual] ?? 'line' }],
      ...(red !== undefined && { markers: [{ value: `y = ${red}`, display_type: 'error dashed' }] }),
    },
  }
}

function request(queries: readonly PanelQuery[], format: 'timeseries' | 'scalar'): object {
  const nameOf = (index: number): string => `q${index + 1}`
  return {
    response_format: format,
    queries: queries.flatMap(({ query }, index) =>
      partsOf(query).map((part, at) => ({
        data_source: 'metrics',
        name: query.kind === 'share' ? `${nameOf(index)}_${at + 1}` : nameOf(index),
        query: datadogQuery(part, CHOSEN),
        ...(format === 'scalar' && { aggregator: part.kind === 'total' ? 'sum' : 'last' }),
      })),
    ),
    formulas: queries.map(({ query, name }, index) => ({
      formula:
        query.kind === 'share' ? `${nameOf(index)}_1 / ${nameOf(index)}_2` : datadogFormula(query, nameOf(index)),
      ...(name !== undefined && { alias: name }),
    })),
  }
}
