import type { Response } from '@homeostat/optimizer'
import type { Compiler } from '@homeostat/optimizer/schemas'
import { rulesOf } from '@homeostat/promql'
import type { Rule, RuleSource } from '@homeostat/promql'
import { didYouMeanInSteps, shownName } from '@homeostat/signals/options'
import { overlap, thresholdsOf } from '../metrics/threshold.ts'

/** The rules and actions against which responses are checked. */
export interface ResponseContext {
  readonly rules: readonly RuleSource[]
  /** Whether there are no other rules than these. */
  readonly areAll: boolean
  /** Names of all actions and knobs. */
  readonly actions: ReadonlySet<string>
  /** Compiles the expressions of rules and responses. Default: they are not kept. */
  readonly compiler?: Compiler
}

/** Why a response could never have an effect. */
export interface ResponseFinding {
  /** Place of the response in the list. */
  readonly index: number
  /** The field that is to be corrected: `action`, `alert` or `clear`. */
  readonly field: string
  readonly reason: string
}

/** Steps that find something now and then. */
type FindingSteps<T> = Generator<readonly ResponseFinding[], T, void>

const NONE: readonly ResponseFinding[] = []
/** Rules checked between two rests. */
const RULES_OF_STEP = 128
/** Wrong names for which a similar one is looked for. */
const MOST_HINTS = 100

/** Finds responses of an unknown action or alert, those given twice, and those that are over before they begin. For code and files. */
export function findingsOf(responses: readonly Response[], context: ResponseContext): ResponseFinding[] {
  return [...findingsInSteps(responses, context)].flat()
}

/** The same in steps: a response takes some 0.1 ms, and longer where a name like a wrong one is looked for. */
export function* findingsInSteps(responses: readonly Response[], context: ResponseContext): FindingSteps<void> {
  const rules = yield* rulesByAlert(context.rules)
  const thresholds = new KnownThresholds(context.compiler)
  let hints = 0
  const hintFor = function* (name: string, known: Iterable<string>): FindingSteps<string> {
    // A name is compared with all others, so ten thousand wrong ones would take minutes.
    return ++hints > MOST_HINTS ? '' : yield* inSteps(didYouMeanInSteps(name, known))
  }
  const seen = new Set<string>()
  for (const [index, { to, action, clear }] of responses.entries()) {
    const findings: ResponseFinding[] = []
    const find = (field: string, reason: string): void => void findings.push({ index, field, reason })
    if (!context.actions.has(action))
      find(
        'action',
        `no package in use provides an action or a knob "${shownName(action)}"${yield* hintFor(action, context.actions)}`,
      )
    const answered = rules.get(to.alert) ?? []
    if (context.areAll && answered.length === 0)
      find('alert', `no rule in use raises an alert "${shownName(to.alert)}"${yield* hintFor(to.alert, rules.keys())}`)
    const key = JSON.stringify([to.alert, Object.entries(to.labels ?? {}).toSorted(byName), action])
    if (seen.has(key)) find('alert', `"${to.alert}" has two responses with ${action}`)
    seen.add(key)
    const clash = yield* clashOf(answered, to.labels ?? {}, clear, thresholds)
    if (clash) find('clear', `"${clear}" holds while the alert still does ("${clash.expr}"): leave a gap`)
    yield findings
  }
}

function* rulesByAlert(sources: readonly RuleSource[]): FindingSteps<ReadonlyMap<string, readonly Rule[]>> {
  const rules = new Map<string, Rule[]>()
  for (const [index, rule] of sources.flatMap(alertingRules).entries()) {
    const same = rules.get(rule.alert)
    if (same) same.push(rule)
    else rules.set(rule.alert, [rule])
    if (index % RULES_OF_STEP === RULES_OF_STEP - 1) yield NONE
  }
  return rules
}

function* inSteps<T>(steps: Generator<void, T, void>): FindingSteps<T> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    yield NONE
  }
}

function alertingRules(source: RuleSource): Rule[] {
  return rulesOf(source).filter(rule => 'alert' in rule)
}

function isAnswered(rule: Rule, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => (rule.labels?.[name] ?? value) === value)
}

/** The first rule that holds at a value at which `clear` does as well: the alert would end and begin anew again and again. */
function* clashOf(
  answered: readonly Rule[],
  labels: Readonly<Record<string, string>>,
  clear: string | undefined,
  thresholds: KnownThresholds,
): FindingSteps<Rule | undefined> {
  if (clear === undefined) return undefined
  const single = thresholds.in(clear).flatMap(all => (all.length === 1 ? all : []))
  for (const [index, rule] of answered.entries()) {
    if (index % RULES_OF_STEP === RULES_OF_STEP - 1) yield NONE
    if (!isAnswered(rule, labels)) continue
    const isInside = thresholds.in(rule.expr).some(all =>
      single.some(end => {
        const same = all.filter(({ quantity }) => quantity === end.quantity)
        return same.length > 0 && same.every(threshold => overlap(threshold, end))
      }),
    )
    if (isInside) return rule
  }
  return undefined
}

/** The thresholds of expressions, worked out once: many responses answer one alert. */
class KnownThresholds {
  readonly #compiler: Compiler | undefined
  readonly #known = new Map<string, ReturnType<typeof thresholdsOf>>()

  constructor(compiler: Compiler | undefined) {
    this.#compiler = compiler
  }

  /** None in an expression that cannot be read: whoever loads it reports that. */
  in(expr: string): ReturnType<typeof thresholdsOf> {
    let known = this.#known.get(expr)
    if (known === undefined) {
      try {
        known = thresholdsOf(expr, this.#compiler)
      } catch {
        known = []
      }
      this.#known.set(expr, known)
    }
    return known
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
