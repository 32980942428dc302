import type { Rule, Rules, RuleSource, Store } from '@homeostat/promql'
import { CompiledExpressions, loadRules, rulesOf } from '@homeostat/promql'
import { atOnce, type Faults, type Steps } from '@homeostat/signals'
import type { Conditions } from './conditions.ts'
import { ProgramLimitError } from './errors.ts'
import { fingerprint } from '../words/fingerprint.ts'
import type { Firing, PendingAlert } from '../words/firing.ts'
import { Freshness } from './freshness.ts'
import { GuardSources } from './guard-source.ts'
import { Measurement } from './measurement.ts'
import { ProgramInputs } from './program-inputs.ts'
import { MOST_ALERTS_OF_RULE, MOST_RESPONSES, MOST_RULES } from './program-limits.ts'
import { ResponseIndex } from '../words/response-match.ts'
import { readableResponses } from './readable-responses.ts'
import type { ReadableResponses } from './readable-responses.ts'
import type { Guard, Response } from '../words/response.ts'

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
  /** The states of all alerts. Those of unchanged rules go on when a program takes over from another. */
  readonly conditions: Conditions
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
  readonly rules: Rules<Firing | PendingAlert>
  readonly responses: readonly Response[]
  readonly measurement: Measurement
  /** The guards of all responses. */
  readonly guards: readonly Guard[]
  /** What they read. */
  readonly guarded: ReadonlySet<string>
  readonly guardSources: GuardSources
  /** All expressions, compiled. */
  readonly expressions: CompiledExpressions
  readonly #rejectedResponses: readonly Error[]
  readonly #freshness: Freshness
  /** Two rules may raise one alert. Each has a name that changes when the rule does. */
  readonly #namesOfAlert: ReadonlyMap<string, readonly string[]>
  readonly #versions = new WeakMap<Response, string>()

  private constructor(parts: ProgramParts) {
    this.rules = parts.rules
    this.measurement = parts.measurement
    this.#freshness = parts.freshness
    this.guardSources = parts.guardSources
    this.#namesOfAlert = parts.namesOfAlert
    this.responses = parts.responses
    this.expressions = parts.expressions
    this.#rejectedResponses = parts.rejected
    this.guards = parts.guarding.guards
    this.guarded = parts.guarding.guarded
  }

  /** Loads rules and responses. What cannot be loaded is in {@link rejected}. */
  static *load(source: ProgramSource, context: ProgramContext): Steps<Program> {
    const { responses, expressions = new CompiledExpressions(context.expressions) } = source
    const { store, faults, intervalMs, conditions } = context
    const limited = { rules: firstRules(source.rules, MOST_RULES), responses: responses.slice(0, MOST_RESPONSES) }
    const tooMany = [
      ...tooManyOf('rules', countOf(source.rules), MOST_RULES),
      ...tooManyOf('responses', responses.length, MOST_RESPONSES),
    ]
    const readable = yield* readableResponses(limited.responses, expressions)
    const measurement = new Measurement(store, faults, intervalMs)
    const freshness = new Freshness(context)
    yield* ResponseIndex.prepare(readable.responses)
    const states = conditions.readingFrom(new ProgramInputs(freshness, measurement, readable.responses))
    const rules = yield* loadRules(limited.rules, store, { states, maxAlertsPerRule: MOST_ALERTS_OF_RULE, expressions })
    yield* measurement.bind(readable.responses, expressions)
    const namesOfAlert = yield* namesOf(limited.rules)
    const guarding = yield* guardsOf(readable.responses)
    const guardSources = new GuardSources(context)
    const rejected = [...tooMany, ...readable.rejected]
    const reading = { measurement, freshness, guardSources }
    return new Program({ ...readable, ...reading, rules, rejected, namesOfAlert, guarding, expressions })
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
    yield* this.rules.disposeInSteps()
    yield* this.measurement.dispose()
    yield* this.#freshness.dispose()
    yield* this.guardSources.dispose()
  }

  [Symbol.dispose](): void {
    atOnce(this.dispose())
  }
}

/** What a program is made of. */
interface ProgramParts extends Omit<ReadableResponses, 'rejected'> {
  readonly rejected: readonly Error[]
  readonly rules: Rules<Firing | PendingAlert>
  readonly measurement: Measurement
  readonly freshness: Freshness
  readonly guardSources: GuardSources
  readonly namesOfAlert: ReadonlyMap<string, readonly string[]>
  readonly guarding: Pick<Program, 'guards' | 'guarded'>
  readonly expressions: CompiledExpressions
}

function* namesOf(rules: readonly RuleSource[]): Steps<ReadonlyMap<string, readonly string[]>> {
  const names = new Map<string, string[]>()
  for (const [index, rule] of rules.flatMap(alertingRules).entries()) {
    const name = nameOf(rule)
    const alike = names.get(rule.alert)
    if (alike) alike.push(name)
    else names.set(rule.alert, [name])
    if (index % READ_OF_STEP === READ_OF_STEP - 1) yield
  }
  return names
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
  return rules.reduce((sum, source) => sum + rulesOf(source).length, 0)
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
  return rulesOf(source).filter(rule => 'alert' in rule)
}

function nameOf({ alert, expr, for: hold, keepFiringFor, labels }: Rule): string {
  return `${alert} ${fingerprint(JSON.stringify([expr, hold, keepFiringFor, labels]))}`
}
