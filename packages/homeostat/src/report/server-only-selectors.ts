import type { Response } from '@homeostat/optimizer'
import { expressionsOf } from '@homeostat/optimizer/parts'
import type { Compiler } from '@homeostat/optimizer/schemas'
import { compile, matchesEmpty, operandsOf, rulesOf, underscoreLabel } from '@homeostat/promql'
import type { Expression, LabelMatch, RuleSource } from '@homeostat/promql'
import type { Lines } from './report-lines.ts'

type Ast = Expression['ast']
type Selector = Extract<Ast, { readonly kind: 'selector' }>

/** Series that a Prometheus server makes of its scrapes. */
export const SCRAPE_METRICS: RegExp =
  /^(?:up|scrape_(?:duration_seconds|samples_scraped|samples_post_metric_relabeling|series_added|timeout_seconds|sample_limit|body_size_bytes))$/

/** The origins of labels that instruments do not set. */
const SERVER_LABELS: readonly (readonly [label: RegExp, origin: string])[] = [
  [/^(?:exported_)?(?:job|instance)$/, 'which a server adds when it scrapes'],
  [
    /^(?:prometheus|prometheus_replica|__replica__|cluster|replica|monitor)$/,
    'which a server adds to what it sends on',
  ],
  [/^(?:pod|namespace|node|container)$/, 'which service discovery adds'],
  [
    /^(?:service_(?:name|namespace|instance_id|version)|deployment_environment(?:_name)?|host_name|telemetry_sdk_\w+|k8s_\w+|cloud_\w+)$/,
    'which is an attribute of the resource and not of its series',
  ],
]

/** An expression and where it is written. */
interface Written {
  readonly where: string
  readonly expr: string
}

/** Rules checked between two rests, to learn what they record. */
const RULES_OF_STEP = 128

/** The rules and responses whose selectors are checked. */
export interface Looked {
  readonly rules: readonly RuleSource[]
  readonly responses: readonly Response[]
  /** Further rules that may record what these read. */
  readonly known: readonly RuleSource[]
  /** Compiles the expressions. Default: they are not kept. */
  readonly compiler?: Compiler
}

/**
 * Finds selectors that match nothing in a process though they do on a server: a rule with one never fires, or fires for ever.
 * Names that the rules record are known; names of the application's own instruments are not. A step looks at one expression.
 */
export function* serverOnlySelectors({ rules, responses, known, compiler = { compile } }: Looked): Lines {
  const recorded = new Set<string>()
  for (const [index, source] of [...rules, ...known].entries()) {
    for (const rule of rulesOf(source)) if ('record' in rule) recorded.add(rule.record)
    if (index % RULES_OF_STEP === RULES_OF_STEP - 1) yield NONE
  }
  const lines = new Set<string>()
  const news = (written: Written): string[] => {
    const found = problemsOf(written, recorded, compiler).filter(line => !lines.has(line))
    for (const line of found) lines.add(line)
    return [...new Set(found)]
  }
  for (const source of rules)
    for (const rule of rulesOf(source))
      yield news({ where: `rule "${'record' in rule ? rule.record : rule.alert}"`, expr: rule.expr })
  for (const response of responses)
    for (const [field, expr] of expressionsOf(response))
      yield news({ where: `the response to "${response.to.alert}", ${field}`, expr })
}

const NONE: readonly string[] = []

function problemsOf({ where, expr }: Written, recorded: ReadonlySet<string>, compiler: Compiler): string[] {
  const ast = parsed(expr, compiler)
  if (ast === undefined) return []
  return selectorsOf(ast, false).flatMap(({ selector, isAbsence }) => {
    const missing = missingHere(selector, recorded)
    if (missing === undefined) return []
    const effect = isAbsence ? 'is always missing, so absent() always holds' : 'never finds anything'
    return [`${where}: ${expr.slice(selector.from, selector.to)} ${effect}: ${missing}`]
  })
}

function missingHere({ metric, matches }: Selector, recorded: ReadonlySet<string>): string | undefined {
  if (metric !== undefined && recorded.has(metric)) return undefined
  if (metric !== undefined && SCRAPE_METRICS.test(metric))
    return `a process has no metric "${metric}", which a Prometheus server makes of its scrapes`
  // The name of no instrument has a colon.
  if (metric?.includes(':'))
    return `"${metric}" is the name of a recording rule, and no rule in use records it: load that rule as well`
  // Alerts carry what the labels of their rules say.
  if (metric === 'ALERTS' || metric === 'ALERTS_FOR_STATE') return undefined
  for (const match of matches) {
    const origin = originOf(match)
    if (origin !== undefined)
      return `series in a process have no label "${match.label}", ${origin}; leave it out here, unless an instrument of the application sets it`
  }
  return undefined
}

function originOf(match: LabelMatch): string | undefined {
  if (matchesEmpty(match)) return undefined
  const label = underscoreLabel(match.label)
  return SERVER_LABELS.find(([pattern]) => pattern.test(label))?.[1]
}

function selectorsOf(expr: Ast, isAbsence: boolean): { selector: Selector; isAbsence: boolean }[] {
  if (expr.kind === 'selector') return [{ selector: expr, isAbsence }]
  const isAbsent = expr.kind === 'call' && expr.name.startsWith('absent')
  return operandsOf(expr).flatMap(operand => selectorsOf(operand, isAbsence || isAbsent))
}

/** Loading reports what does not parse. */
function parsed(expr: string, compiler: Compiler): Ast | undefined {
  try {
    return compiler.compile(expr, { experimental: true }).ast
  } catch {
    return undefined
  }
}
