import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  BigValueTextMode,
  GraphDrawStyle,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  GraphThresholdsStyleConfigBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  type Panel as GrafanaPanel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as HeatmapBuilder, YAxisConfigBuilder } from '@grafana/grafana-foundation-sdk/heatmap'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { attributes, promName } from '@homeostat/semconv'
import { descriptionOf, type Panel } from '../board.ts'
import { isOneNumber, mainPart } from '../query.ts'
import { DATASOURCE, targetsOf } from './targets.ts'
import { GRAFANA_UNITS } from './units.ts'

const HEIGHTS: Readonly<Record<Panel['visual'], number>> = {
  lines: 8,
  stacked: 8,
  heatmap: 8,
  table: 8,
  stat: 4,
  names: 4,
  states: 5,
}

/** A panel as Grafana has it. */
export function grafanaPanel(panel: Panel, id: number): Builder<GrafanaPanel> {
  return viewOf(panel)
    .id(id)
    .title(panel.title)
    .description(descriptionOf(panel))
    .datasource(DATASOURCE)
    .unit(GRAFANA_UNITS[panel.unit])
    .targets(targetsOf(panel))
    .height(HEIGHTS[panel.visual])
    .span(panel.width)
}

type View = TimeSeriesBuilder | StatBuilder | TableBuilder | StateTimelineBuilder | HeatmapBuilder

function viewOf(panel: Panel): View {
  switch (panel.visual) {
    case 'lines':
      return timeSeries(panel)
    case 'stacked':
      return timeSeries(panel)
        .fillOpacity(25)
        .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    case 'names':
      return statOf(panel).textMode(BigValueTextMode.Name)
    case 'stat':
      return statOf(panel)
    case 'states':
      return new StateTimelineBuilder().thresholds(thresholds(panel.red ?? 1)).legend(legend())
    case 'table':
      return tableOf(panel)
    case 'heatmap':
      return new HeatmapBuilder().yAxis(new YAxisConfigBuilder().unit(GRAFANA_UNITS[panel.unit])).cellGap(1)
  }
}

function statOf({ red, queries }: Panel): StatBuilder {
  const hasLabels = queries.some(({ query }) => !isOneNumber(mainPart(query)))
  return new StatBuilder()
    .thresholds(thresholds(red))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .textMode(hasLabels ? BigValueTextMode.ValueAndName : BigValueTextMode.Auto)
    .noValue('no data')
}

function timeSeries({ red, unit }: Panel): TimeSeriesBuilder {
  const builder = new TimeSeriesBuilder()
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Auto)
    .legend(legend())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
  // A Brier score or a skill may be below 0; everything else begins at it.
  if (unit !== 'number') builder.axisSoftMin(0)
  if (red === undefined) return builder
  const style = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed)
  return builder.thresholds(thresholds(red)).thresholdsStyle(style)
}

function legend(): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .calcs([])
}

function thresholds(red: number | undefined): ThresholdsConfigBuilder {
  const steps = [{ value: null, color: 'green' }, ...(red === undefined ? [] : [{ value: red, color: 'red' }])]
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps)
}

/** A row for each label set, with the attributes in columns of their own. */
function tableOf({ queries }: Panel): TableBuilder {
  const labels = queries.flatMap(({ query }) => mainPart(query).by)
  const names = labels.map(label => [promName(label), wordOf(label)] as const)
  return new TableBuilder().withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      renameByName: { ...Object.fromEntries(names), Value: 'value' },
    },
  })
}

/** The last words of an attribute: what a person calls it. */
function wordOf(label: string): string {
  if (label === attributes.alert) return 'alert'
  return label.split('.').slice(-2).join(' ').replace('homeostat ', '')
}
