import { formatDuration } from '../numbers/durations.ts'
import { operandsOf, type Expr, type LabelMatch } from '../words/ast.ts'
import type { ServerNames } from '../words/name-styles.ts'
import { underscoreLabel } from '../words/names.ts'

type Of<Kind extends Expr['kind']> = Extract<Expr, { readonly kind: Kind }>

/** The differences between a process that evaluates an expression and the server that it is written for. */
export interface Translation {
  /** The name of a metric on the server, by the name in the expression. @default the names in the expression */
  readonly names?: ReadonlyMap<string, string>
  /**
   * The name of a label on the server, by the name in the expression, spelled with underscores. A name that is not an identifier is quoted,
   * which Prometheus 3 reads. @default with underscores
   */
  readonly labelNames?: ReadonlyMap<string, string>
  /** Added to the selectors that do not have a matcher for the label. @default none */
  readonly labels?: Readonly<Record<string, string>>
  /**
   * Labels by which the server tells processes apart, of which one process sees only its own values: they are kept by each aggregation and
   * compared by each `on`, so that no rule mixes processes. @default none
   */
  readonly processLabels?: readonly string[]
  /**
   * For metrics, by the name in the expression, of which the server has too few samples: how far a rate has to look back to see any
   * change. @default the ranges in the expression
   */
  readonly rateRangeMs?: ReadonlyMap<string, number>
  /** The same for every metric. @default the ranges in the expression */
  readonly leastRateRangeMs?: number
}

/** The translation for a server with these names. */
export function translationOf({ metrics, labels, leastRateRangeMs }: ServerNames): Translation {
  return { names: metrics, labelNames: labels, leastRateRangeMs }
}

/** They need two samples, so a range as short as the time between two samples shows nothing. */
const RATES = new Set(['rate', 'irate', 'increase', 'delta'])
/** Functions whose result grows with the range. */
const AMOUNTS = new Set(['increase', 'delta'])

/**
 * The text of an expression for a server: its names, labels as Prometheus spells them, and ranges it can answer.
 *
 * @example
 * ```ts
 * translated(compile('max(queue_jobs) > 5').ast, { labels: { job: 'shop' } }) // 'max(queue_jobs{job="shop"}) > 5'
 * ```
 */
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
      const kept = keepingProcesses(grouping.labels, grouping.mode === 'by', translation)
      const by = grouping.mode === 'by' && kept.length === 0 ? '' : ` ${grouping.mode} ${labelList(kept, translation)} `
      return `${operator}${by}(${args.map(text).join(', ')})`
    }
    case 'binary':
      return `${inParens(expr.left, text)} ${operatorText(expr, translation)} ${inParens(expr.right, text)}`
    case 'unary':
      return `${expr.operator}${inParens(expr.operand, text)}`
    case 'paren':
      return inParens(expr.operand, text)
  }
}

/** In parentheses, unless the expression is one term, which no operator can take apart. */
function inParens(expr: Expr, text: (inner: Expr) => string): string {
  const inner = text(expr)
  return TERMS.has(expr.kind) && !inner.startsWith('-') ? inner : `(${inner})`
}

const TERMS: ReadonlySet<Expr['kind']> = new Set(['call', 'paren', 'number', 'selector', 'aggregation'])

/** A selector of a metric by the name it has on the server. */
export function selectorOf(name: string, labels: Readonly<Record<string, string>>): string {
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
  if (range === undefined) return undefined
  const { leastRateRangeMs = 0, rateRangeMs } = translation
  const wanted = Math.max(rateRangeMs?.get(range.selector.metric ?? '') ?? 0, leastRateRangeMs)
  if (wanted <= range.rangeMs) return undefined
  const wider = `${call.name}(${rangeText(range, wanted, translation)})`
  return AMOUNTS.has(call.name) ? `(${wider} * ${range.rangeMs / wanted})` : wider
}

function rangeText({ selector }: Of<'range'>, rangeMs: number, translation: Translation): string {
  return `${selectorText(selector, translation)}[${formatDuration(rangeMs)}]${modifiers(selector)}`
}

function selectorText({ matches }: Of<'selector'>, translation: Translation): string {
  const { names, labels = {} } = translation
  const renamed = matches.map((match: LabelMatch): LabelMatch =>
    match.label === '__name__' && match.operator === '='
      ? { ...match, value: names?.get(match.value) ?? match.value }
      : match,
  )
  const metric = renamed.find(isPlainName)
  const present = new Set(matches.map(({ label }) => underscoreLabel(label)))
  const matchers = [
    ...renamed
      .filter(match => match !== metric)
      .map(({ label, operator, value }) => matchText(label, operator, value, translation)),
    ...Object.entries(labels)
      .filter(([label]) => !present.has(underscoreLabel(label)))
      .map(([label, value]) => matchText(label, '=', value, translation)),
  ]
  if (metric === undefined) return `{${matchers.join(', ')}}`
  return matchers.length === 0 ? metric.value : `${metric.value}{${matchers.join(', ')}}`
}

/** Words that stand for something else where a metric is expected. */
const RESERVED =
  /^(?:inf|nan|bool|by|without|on|ignoring|group_left|group_right|offset|start|end|step|atan2|and|or|unless)$/i

/** Whether a matcher is a name that may stand before the braces in every version of Prometheus. */
function isPlainName({ label, operator, value }: LabelMatch): boolean {
  return label === '__name__' && operator === '=' && /^[A-Za-z_:][\w:]*$/.test(value) && !RESERVED.test(value)
}

function matchText(
  label: string,
  operator: LabelMatch['operator'],
  value: string,
  translation: Translation = {},
): string {
  return `${labelText(label, translation)}${operator}${JSON.stringify(value)}`
}

function labelText(label: string, { labelNames }: Translation): string {
  const plain = underscoreLabel(label)
  const name = labelNames?.get(plain) ?? plain
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
}

function modifiers({ at, offsetMs }: Of<'selector'> | Of<'subquery'>): string {
  const time = at === undefined ? '' : typeof at === 'number' ? ` @ ${at / 1000}` : ` @ ${at}()`
  return offsetMs === 0 ? time : `${time} offset ${formatDuration(offsetMs)}`
}

function operatorText({ operator, bool, matching }: Of<'binary'>, translation: Translation): string {
  const { cardinality, on, labels, include } = matching
  const words: string[] = [operator]
  if (bool) words.push('bool')
  const compared = keepingProcesses(labels, on, translation)
  if (on || compared.length > 0) words.push(on ? 'on' : 'ignoring', labelList(compared, translation))
  if (cardinality === 'many-to-one') words.push('group_left', labelList(include, translation))
  if (cardinality === 'one-to-many') words.push('group_right', labelList(include, translation))
  return words.join(' ')
}

/** The labels of `by` and `on`, or of `without` and `ignoring`, where processes stay apart. */
function keepingProcesses(
  labels: readonly string[],
  areKept: boolean,
  { processLabels = [] }: Translation,
): readonly string[] {
  const others = labels.filter(label => !processLabels.includes(label))
  return areKept ? [...processLabels, ...others] : others
}

function labelList(labels: readonly string[], translation: Translation): string {
  return `(${labels.map(label => labelText(label, translation)).join(', ')})`
}
