import type { Response } from '@homeostat/optimizer'
import { expressionsOf } from '@homeostat/optimizer'
import { compile, matchesEmpty, operandsOf, underscoreLabel } from '@homeostat/promql'
import type { Expression, LabelMatch, RecordingRule, Rule, RuleSource } from '@homeostat/promql'

type Ast = Expression['ast']
type Selector = Extract<Ast, { readonly kind: 'selector' }>

/** Series that a Prometheus server makes of its scrapes. */
const SCRAPE_METRICS =
  /^(?:up|scrape_(?:duration_seconds|samples_scraped|samples_post_metric_relabeling|series_added|timeout_seconds|sample_limit|body_size_bytes))$/

/** Where labels come from that instruments do not set. */
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

/** So many expressions are checked at once, and the rest in slices. Reading one takes some 0.1 ms. */
const AT_ONCE = 50
/** How long the event loop is held for the rest. */
const SLICE_MS = 2

/** Where the lines go. */
export interface ServerOnlyReport {
  /** While the program is loaded. */
  readonly now: (line: string) => void
  /** Afterwards, for what a large program has more. */
  readonly later: (line: string) => void
}

/**
 * Reports selectors that find nothing in a process though they do on a server: a rule with one never fires, or for ever. What
 * the rules themselves record is known; what an instrument of the application may name so is not.
 *
 * @param known - further rules that may record what these read
 */
export function reportServerOnlySelectors(
  rules: readonly RuleSource[],
  responses: readonly Response[],
  known: readonly RuleSource[],
  report: ServerOnlyReport,
): void {
  const all = rules.flatMap(rulesOf)
  const recorded = new Set([...all, ...known.flatMap(rulesOf)].flatMap(rule => ('record' in rule ? [rule.record] : [])))
  const written: Written[] = [
    ...all.map(rule => ({ where: `rule "${'record' in rule ? rule.record : rule.alert}"`, expr: rule.expr })),
    ...responses.flatMap(response =>
      expressionsOf(response).map(([field, expr]) => ({
        where: `the response to "${response.to.alert}", ${field}`,
        expr,
      })),
    ),
  ]
  const lines = new Set<string>()
  const look = (at: number, say: (line: string) => void): void => {
    for (const line of problemsOf(written[at]!, recorded)) {
      if (lines.has(line)) continue
      lines.add(line)
      say(line)
    }
  }
  let next = 0
  while (next < Math.min(AT_ONCE, written.length)) look(next++, report.now)
  const slice = (): void => {
    const until = performance.now() + SLICE_MS
    while (next < written.length && performance.now() < until) look(next++, report.later)
    if (next < written.length) setImmediate(slice).unref()
  }
  if (next < written.length) setImmediate(slice).unref()
}

function problemsOf({ where, expr }: Written, recorded: ReadonlySet<string>): string[] {
  const ast = parsed(expr)
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

function rulesOf(source: RuleSource): (Rule | RecordingRule)[] {
  return 'rules' in source ? source.rules.flatMap(rulesOf) : [source]
}

/** Loading reports what does not parse. */
function parsed(expr: string): Ast | undefined {
  try {
    return compile(expr, { experimental: true }).ast
  } catch {
    return undefined
  }
}
