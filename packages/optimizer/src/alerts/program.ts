import type { Rule, RuleSource, Store } from '@homeostat/promql'
import { CompiledExpressions } from '@homeostat/promql'
import type { Faults } from '@homeostat/signals'
import { ProgramLimitError } from './errors.ts'
import { fingerprint } from '../words/fingerprint.ts'
import { Freshness } from './freshness.ts'
import { Measurement } from './measurement.ts'
import { MOST_RESPONSES, MOST_RULES } from './program-limits.ts'
import { ResponseIndex } from '../words/response-match.ts'
import { readableResponses } from './readable-responses.ts'
import type { ReadableResponses } from './readable-responses.ts'
import type { Guard, Response } from '../words/response.ts'
import { RuleParts } from './rule-parts.ts'
import { atOnce } from '../time/sliced-work.ts'
import type { Steps } from '../time/sliced-work.ts'

/** What the loop evaluates and how it answers. */
export interface ProgramSource {
  readonly rules: readonly RuleSource[]
  readonly responses: readonly Response[]
  /** Their expressions, where they were compiled already to check them. Default: they are compiled when they are loaded. */
  readonly expressions?: CompiledExpressions
}

/** What a program is loaded into. */
export interface ProgramContext {
  readonly store: Store
  readonly faults: Faults
  /** Time between ticks. */
  readonly intervalMs: number
  /** Names of the scopes that the tick reads itself. */
  readonly ownScopes: ReadonlySet<string>
  /** Time between the collections of the slowest attached reader; 0 while it is not known. */
  readonly collectionIntervalMs: () => number
  /** The expressions of the program in force: most rules of the next one are mostly the same. */
  readonly expressions?: CompiledExpressions
}

/** Rules and responses read between two rests; parsing one expression takes up to a hundred microseconds. */
const READ_OF_STEP = 8

/** Rules and responses as they were loaded together; a reload makes a new one, and trials in flight stay with theirs. */
export class Program implements Disposable {
  readonly rules: RuleParts
  readonly responses: readonly Response[]
  readonly measurement: Measurement
  readonly freshness: Freshness
  /** Each alerting rule with a name of its own, which changes when the rule does: two rules may raise one alert. */
  readonly ruleNames: ReadonlyMap<Rule, string>
  /** The guards of all responses. */
  readonly guards: readonly Guard[]
  /** What they read. */
  readonly guarded: ReadonlySet<string>
  /** The names of all rules. */
  readonly names: ReadonlySet<string>
  /** All expressions, compiled. */
  readonly expressions: CompiledExpressions
  readonly #rejectedResponses: readonly Error[]
  readonly #namesOfAlert: ReadonlyMap<string, readonly string[]>
  readonly #versions = new WeakMap<Response, string>()

  private constructor(parts: ProgramParts, context: ProgramContext) {
    this.rules = parts.rules
    this.measurement = parts.measurement
    this.ruleNames = parts.named.byRule
    this.names = parts.named.all
    this.#namesOfAlert = parts.named.ofAlert
    this.responses = parts.responses
    this.expressions = parts.expressions
    this.#rejectedResponses = parts.rejected
    this.guards = parts.guarding.guards
    this.guarded = parts.guarding.guarded
    this.freshness = new Freshness(context)
  }

  /** Loads rules and responses. What cannot be loaded is in {@link rejected}. */
  static *load(source: ProgramSource, context: ProgramContext): Steps<Program> {
    const { rules, responses, expressions = new CompiledExpressions(context.expressions) } = source
    const { store, faults, intervalMs } = context
    const limited = { rules: firstRules(rules, MOST_RULES), responses: responses.slice(0, MOST_RESPONSES) }
    const tooMany = [
      ...tooManyOf('rules', countOf(rules), MOST_RULES),
      ...tooManyOf('responses', responses.length, MOST_RESPONSES),
    ]
    const parts = yield* RuleParts.load(limited.rules, store, expressions)
    const readable = yield* readableResponses(limited.responses, expressions)
    const measurement = new Measurement(store, faults, intervalMs)
    yield* measurement.bind(readable.responses, expressions)
    yield* ResponseIndex.prepare(readable.responses)
    const named = yield* namesOf(limited.rules)
    const guarding = yield* guardsOf(readable.responses)
    const rejected = [...tooMany, ...readable.rejected]
    return new Program({ ...readable, rules: parts, rejected, measurement, named, guarding, expressions }, context)
  }

  /** The rules and responses that could not be loaded. */
  get rejected(): readonly Error[] {
    return [...this.rules.rejected, ...this.#rejectedResponses]
  }

  /** Changes when a rule of the alert or the response does: episodes from before would not be comparable with those after. */
  versionOf(alert: string, response: Response): string {
    const known = this.#versions.get(response)
    if (known) return known
    const names = this.#namesOfAlert.get(alert) ?? []
    const version = fingerprint(`${names.join()} ${JSON.stringify(response)}`)
    this.#versions.set(response, version)
    return version
  }

  /** Gives back what only this program needed of the store. */
  *dispose(): Steps<void> {
    yield* this.rules.dispose()
    yield* this.measurement.dispose()
    yield* this.freshness.dispose()
  }

  [Symbol.dispose](): void {
    atOnce(this.dispose())
  }
}

/** What a program is made of. */
interface ProgramParts extends Omit<ReadableResponses, 'rejected'> {
  readonly rejected: readonly Error[]
  readonly rules: RuleParts
  readonly measurement: Measurement
  readonly named: RuleNames
  readonly guarding: Pick<Program, 'guards' | 'guarded'>
  readonly expressions: CompiledExpressions
}

/** The names of alerting rules. */
interface RuleNames {
  readonly byRule: ReadonlyMap<Rule, string>
  readonly ofAlert: ReadonlyMap<string, readonly string[]>
  readonly all: ReadonlySet<string>
}

function* namesOf(rules: readonly RuleSource[]): Steps<RuleNames> {
  const byRule = new Map<Rule, string>()
  const ofAlert = new Map<string, string[]>()
  const all = new Set<string>()
  for (const [index, rule] of rules.flatMap(alertingRules).entries()) {
    const name = nameOf(rule)
    byRule.set(rule, name)
    all.add(name)
    const names = ofAlert.get(rule.alert)
    if (names) names.push(name)
    else ofAlert.set(rule.alert, [name])
    if (index % READ_OF_STEP === READ_OF_STEP - 1) yield
  }
  return { byRule, ofAlert, all }
}

function* guardsOf(responses: readonly Response[]): Steps<Pick<Program, 'guards' | 'guarded'>> {
  const guards: Guard[] = []
  const guarded = new Set<string>()
  for (const [index, response] of responses.entries()) {
    for (const guard of response.guards ?? []) {
      guards.push(guard)
      guarded.add(guard.expr)
      if (guard.denominator) guarded.add(guard.denominator)
    }
    if (index % READ_OF_STEP === READ_OF_STEP - 1) yield
  }
  return { guards, guarded }
}

function tooManyOf(what: string, given: number, most: number): ProgramLimitError[] {
  return given > most ? [new ProgramLimitError(what, given, most)] : []
}

function countOf(rules: readonly RuleSource[]): number {
  return rules.reduce((sum, source) => sum + ('rules' in source ? source.rules.length : 1), 0)
}

/** As many rules as may be loaded, in their order. */
function firstRules(rules: readonly RuleSource[], most: number): readonly RuleSource[] {
  if (countOf(rules) <= most) return rules
  const kept: RuleSource[] = []
  let room = most
  for (const source of rules) {
    if (room <= 0) break
    kept.push('rules' in source ? { ...source, rules: source.rules.slice(0, room) } : source)
    room -= 'rules' in source ? source.rules.length : 1
  }
  return kept
}

function alertingRules(source: RuleSource): Rule[] {
  if ('rules' in source) return source.rules.flatMap(alertingRules)
  return 'alert' in source ? [source] : []
}

function nameOf({ alert, expr, for: hold, keepFiringFor, labels }: Rule): string {
  return `${alert} ${fingerprint(JSON.stringify([expr, hold, keepFiringFor, labels]))}`
}
