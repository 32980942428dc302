import { formatDuration, operandsOf, underscoreLabel, type Expression, type LabelMatch } from '@homeostat/promql'

type Expr = Expression['ast']
type Of<Kind extends Expr['kind']> = Extract<Expr, { readonly kind: Kind }>

/** How an expression of ours is put to a server. */
export interface Translation {
  /** What the server calls a metric that is written so. */
  readonly names: ReadonlyMap<string, string>
  /** Added to the selectors that do not name the label. */
  readonly labels: Readonly<Record<string, string>>
  /** For metrics, as written, that the server has too few samples of: how far a rate has to look back to see any change. */
  readonly rateRangeMs: ReadonlyMap<string, number>
}

/** They need two samples, so a range as short as the time between two samples shows nothing. */
const RATES = new Set(['rate', 'irate', 'increase', 'delta'])
/** Functions whose result grows with the range. */
const AMOUNTS = new Set(['increase', 'delta'])

/** The text of an expression for a server: its names, labels as Prometheus spells them, and ranges it can answer. */
export function translated(expr: Expr, translation: Translation): string {
  const text = (inner: Expr): string => translated(inner, translation)
  switch (expr.kind) {
    case 'number':
      return Number.isFinite(expr.value) || Number.isNaN(expr.value)
        ? String(expr.value)
        : `${expr.value < 0 ? '-' : ''}Inf`
    case 'string':
      return JSON.stringify(expr.value)
    case 'selector':
      return selectorText(expr, translation) + modifiers(expr)
    case 'range':
      return rangeText(expr, expr.rangeMs, translation)
    case 'subquery': {
      const step = expr.stepMs === undefined ? '' : formatDuration(expr.stepMs)
      return `(${text(expr.operand)})[${formatDuration(expr.rangeMs)}:${step}]${modifiers(expr)}`
    }
    case 'call':
      return rateText(expr, translation) ?? `${expr.name}(${expr.args.map(text).join(', ')})`
    case 'aggregation': {
      const { operator, grouping, parameter, operand } = expr
      const args = parameter === undefined ? [operand] : [parameter, operand]
      return `${operator} ${grouping.mode} ${labelList(grouping.labels)} (${args.map(text).join(', ')})`
    }
    case 'binary':
      return `(${text(expr.left)}) ${operatorText(expr)} (${text(expr.right)})`
    case 'unary':
      return `${expr.operator}(${text(expr.operand)})`
    case 'paren':
      return `(${text(expr.operand)})`
  }
}

/** A selector of a metric by the name it has on the server. */
export function selectorOf(name: string, labels: Translation['labels']): string {
  return `{${[['__name__', name] as const, ...Object.entries(labels)].map(([label, value]) => matchText(label, '=', value)).join(',')}}`
}

/** The metrics that an expression names, as written, in its selectors: those of rates apart. */
export function metricsOf(expr: Expr): { readonly all: Set<string>; readonly rates: Map<string, number> } {
  const all = new Set<string>()
  const rates = new Map<string, number>()
  const visit = (inner: Expr): void => {
    if (inner.kind === 'selector' && inner.metric !== undefined) all.add(inner.metric)
    const range = inner.kind === 'call' ? rateRange(inner) : undefined
    if (range?.selector.metric !== undefined) {
      const { metric } = range.selector
      rates.set(metric, Math.min(range.rangeMs, rates.get(metric) ?? Infinity))
    }
    operandsOf(inner).forEach(visit)
  }
  visit(expr)
  return { all, rates }
}

function rateRange({ name, args: [range] }: Of<'call'>): Of<'range'> | undefined {
  return RATES.has(name) && range?.kind === 'range' ? range : undefined
}

/** A rate over a longer range, where the server needs one. */
function rateText(call: Of<'call'>, translation: Translation): string | undefined {
  const range = rateRange(call)
  const wanted = translation.rateRangeMs.get(range?.selector.metric ?? '')
  if (range === undefined || wanted === undefined || wanted <= range.rangeMs) return undefined
  const wider = `${call.name}(${rangeText(range, wanted, translation)})`
  return AMOUNTS.has(call.name) ? `(${wider} * ${range.rangeMs / wanted})` : wider
}

function rangeText({ selector }: Of<'range'>, rangeMs: number, translation: Translation): string {
  return `${selectorText(selector, translation)}[${formatDuration(rangeMs)}]${modifiers(selector)}`
}

function selectorText({ matches }: Of<'selector'>, { names, labels }: Translation): string {
  const own = matches.map(({ label, operator, value }: LabelMatch) =>
    label === '__name__'
      ? matchText(label, operator, operator === '=' ? (names.get(value) ?? value) : value)
      : matchText(label, operator, value),
  )
  const said = new Set(matches.map(({ label }) => underscoreLabel(label)))
  const added = Object.entries(labels)
    .filter(([label]) => !said.has(underscoreLabel(label)))
    .map(([label, value]) => matchText(label, '=', value))
  return `{${[...own, ...added].join(',')}}`
}

function matchText(label: string, operator: LabelMatch['operator'], value: string): string {
  return `${underscoreLabel(label)}${operator}${JSON.stringify(value)}`
}

function modifiers({ at, offsetMs }: Of<'selector'> | Of<'subquery'>): string {
  const time = at === undefined ? '' : typeof at === 'number' ? ` @ ${at / 1000}` : ` @ ${at}()`
  return offsetMs === 0 ? time : `${time} offset ${formatDuration(offsetMs)}`
}

function operatorText({ operator, bool, matching }: Of<'binary'>): string {
  const { cardinality, on, labels, include } = matching
  const words: string[] = [operator]
  if (bool) words.push('bool')
  if (on || labels.length > 0) words.push(on ? 'on' : 'ignoring', labelList(labels))
  if (cardinality === 'many-to-one') words.push('group_left', labelList(include))
  if (cardinality === 'one-to-many') words.push('group_right', labelList(include))
  return words.join(' ')
}

function labelList(labels: readonly string[]): string {
  return `(${labels.map(underscoreLabel).join(', ')})`
}
