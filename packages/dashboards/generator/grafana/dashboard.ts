import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  type Dashboard,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { attributes, metrics, promName } from '@homeostat/semconv'
import type { Board } from '../board.ts'
import { promqlOf } from '../promql.ts'
import { rate, worst } from '../query.ts'
import { grafanaPanel } from './panels.ts'
import { DATASOURCE } from './targets.ts'

const TAG = 'homeostat'

/** A dashboard as Grafana imports it. */
export function grafanaDashboard({ id, title, description, rows }: Board): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(`homeostat-${id}`)
    .description(description)
    .tags([TAG, 'opentelemetry', 'nodejs'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .editable()
    .variables([datasource(), processes('job', ''), processes('instance', '{job=~"$job"}')])
    .annotations([firing(), runs()])
    .link(others())
  let next = 1
  for (const { title: heading, panels } of rows) {
    builder.withRow(new RowBuilder(heading).id(next++))
    for (const panel of panels) builder.withPanel(grafanaPanel(panel, next++))
  }
  return portable(builder.build())
}

/** Fields that the builders write by themselves, and that Grafana 11 does not know yet, or Grafana 12 not any more. */
const NOT_EVERYWHERE: ReadonlySet<string> = new Set(['auto', 'auto_min', 'auto_count', 'placement', 'footer'])

function portable(dashboard: Dashboard): Dashboard {
  const without = <T extends object>(part: T): T =>
    Object.fromEntries(Object.entries(part).filter(([field]) => !NOT_EVERYWHERE.has(field))) as T
  return {
    ...dashboard,
    templating: { list: dashboard.templating.list?.map(without) ?? [] },
    annotations: { list: dashboard.annotations.list?.map(without) ?? [] },
    links: dashboard.links?.map(without) ?? [],
    panels:
      dashboard.panels?.map(panel =>
        'options' in panel ? { ...panel, options: without(panel.options as object) } : panel,
      ) ?? [],
  }
}

function datasource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus')
}

/** `job` and `instance` are the service and the process, whether Prometheus scrapes or receives OTLP. */
function processes(label: 'job' | 'instance', chosen: string): QueryVariableBuilder {
  const query = `label_values(${promName(metrics.heartbeat)}${chosen}, ${label})`
  return new QueryVariableBuilder(label)
    .datasource(DATASOURCE)
    .query({ qryType: 1, query, refId: `${label}Variable` })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: 'All', value: '$__all' })
}

function annotation(name: string, color: string, expr: string, title: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(color)
    .titleFormat(title)
    .target(new DataqueryBuilder().refId('A').expr(expr))
}

function firing(): AnnotationQueryBuilder {
  const query = worst(metrics.alerts, {
    by: [attributes.alert],
    where: { [attributes.alertState]: 'firing' },
  })
  return annotation('Alerts', 'red', `${promqlOf(query)} > 0`, `{{${promName(attributes.alert)}}} fires`)
}

function runs(): AnnotationQueryBuilder {
  const query = rate(metrics.actionRuns, { by: [attributes.actionName] })
  return annotation('Runs', 'blue', `${promqlOf(query)} > 0`, `{{${promName(attributes.actionName)}}} runs`)
}

function others(): DashboardLinkBuilder {
  return new DashboardLinkBuilder('Homeostat')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true)
}
