import { operandsOf, compile, type Rule } from '@homeostat/promql'
import { attributes, promName } from '@homeostat/semconv'
import { mainPart, partsOf, type Query } from '../query.ts'
import { datadogQuery } from './datadog-query.ts'

/** What a monitor watches, and the rule from which it takes limit, severity and texts. */
export interface Monitor {
  readonly alert: string
  /** Where a rule has several halves, which have a monitor each: what is added to the name. */
  readonly half?: string
  readonly query: Query
  /**
   * The time over which Datadog evaluates. A level with a `for` in its rule needs two samples, of which exporters send one a minute:
   * `last_5m`.
   */
  readonly window: 'last_1m' | 'last_5m' | 'last_15m'
  /** Where the limit stands in the rule in a way of its own. @default it is read from the rule */
  readonly limit?: Limit
  /** Minutes without data after which the monitor alerts. @default it does not */
  readonly silentMinutes?: number
}

interface Limit {
  readonly operator: '<' | '>'
  readonly value: number
}

type Expr = ReturnType<typeof compile>['ast']

const PRIORITIES: Readonly<Record<string, number>> = { high: 2, medium: 3, low: 4, info: 5 }

/** A monitor as Datadog's API takes it. */
export function datadogMonitor(monitor: Monitor, rule: Rule): object {
  const { alert, half, query, silentMinutes, window } = monitor
  if (rule.for !== undefined && window === 'last_1m' && mainPart(query).kind === 'level')
    throw new Error(`the monitor ${alert} does not wait as long as its rule does: one sample decides`)
  const limit = monitor.limit ?? limitOf(rule, mainPart(monitor.query).metric)
  const { severity = 'medium' } = rule.labels ?? {}
  return {
    name: `Homeostat: ${alert}${half === undefined ? '' : ` (${half})`} of {{service.name}}`,
    type: 'query alert',
    query: queryText(monitor, limit),
    message: messageOf(rule),
    tags: ['source:homeostat', `severity:${severity}`],
    priority: PRIORITIES[severity] ?? 3,
    options: {
      thresholds: { critical: limit.value },
      include_tags: true,
      require_full_window: false,
      new_group_delay: 60,
      notify_audit: false,
      ...(silentMinutes === undefined
        ? { notify_no_data: false }
        : { notify_no_data: true, no_data_timeframe: silentMinutes }),
    },
  }
}

function queryText({ query, window }: Monitor, { operator, value }: Limit): string {
  const parts = partsOf(query).map(part => asCount(datadogQuery({ ...part, by: [SERVICE, ...part.by] }, []), part.kind))
  return `${overTime(query, operator)}(${window}):${parts.join(' / ')} ${operator} ${value}`
}

/** A tag that Datadog makes of the resource. */
const SERVICE = 'service' as (typeof attributes)[keyof typeof attributes]

/** Counts of a ratio are added up over the window before they are divided. */
const asCount = (text: string, kind: string): string =>
  kind === 'rate' ? text.replace('.as_rate()', '.as_count()') : text

/** A level has to be beyond its limit in the whole window; counts are added up. */
function overTime(query: Query, operator: Limit['operator']): string {
  const { kind } = mainPart(query)
  if (kind === 'total' || kind === 'rate') return 'sum'
  return operator === '>' ? 'min' : 'max'
}

/** The number with which a rule compares a metric. */
function limitOf({ alert, expr }: Rule, { name }: { readonly name: string }): Limit {
  const found = comparisons(compile(expr).ast, promName({ name } as never).replace(/_total$/, ''))
  if (found === undefined) throw new Error(`the rule ${alert} compares ${name} with no number`)
  return found
}

function comparisons(expr: Expr, metric: string): Limit | undefined {
  if (expr.kind === 'binary' && expr.right.kind === 'number' && (expr.operator === '<' || expr.operator === '>'))
    if (names(expr.left).some(name => name.startsWith(metric)))
      return { operator: expr.operator, value: expr.right.value }
  for (const operand of operandsOf(expr)) {
    const found = comparisons(operand, metric)
    if (found !== undefined) return found
  }
  return undefined
}

function names(expr: Expr): readonly string[] {
  const own = expr.kind === 'selector' && expr.metric !== undefined ? [expr.metric] : []
  return [...own, ...operandsOf(expr).flatMap(names)]
}

const TAGS = new Map<string, string>(Object.values(attributes).map(key => [promName(key), key]))

/** The texts of the rule, where Datadog can say the same. */
function messageOf({ alert, annotations = {} }: Rule): string {
  const { summary = alert, description } = annotations
  const said = summary
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) =>
      TAGS.has(label) ? `{{[${TAGS.get(label)!}].name}}` : '{{service.name}}',
    )
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, '{{value}}')
  const first = /\{\{ /.test(said) ? alert : said
  return [first, ...(description === undefined ? [] : [description])].join('\n\n')
}
