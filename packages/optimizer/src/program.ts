import type { Rule, RuleSource, Store } from '@homeostat/promql'
import type { Faults } from '@homeostat/signals'
import { fingerprint } from './fingerprint.ts'
import { Freshness } from './freshness.ts'
import { Measurement } from './measurement.ts'
import { readableResponses } from './readable-responses.ts'
import type { Guard, Response } from './response.ts'
import { RuleParts } from './rule-parts.ts'

/** What the loop evaluates and how it answers. */
export interface ProgramSource {
  readonly rules: readonly RuleSource[]
  readonly responses: readonly Response[]
}

/** What a program is loaded into. */
export interface ProgramContext {
  readonly store: Store
  readonly faults: Faults
  /** Time between ticks. */
  readonly intervalMs: number
  /** Names of the scopes that the tick reads itself. */
  readonly ownScopes: ReadonlySet<string>
}

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
  readonly #rejectedResponses: readonly Error[]
  readonly #versions = new WeakMap<Response, string>()

  constructor({ rules, responses }: ProgramSource, context: ProgramContext) {
    const { store, faults, intervalMs } = context
    this.rules = new RuleParts(rules, store)
    const readable = readableResponses(responses)
    this.responses = readable.responses
    this.#rejectedResponses = readable.rejected
    this.guards = this.responses.flatMap(response => response.guards ?? [])
    this.guarded = new Set(
      this.guards.flatMap(({ expr, denominator }) => [expr, ...(denominator ? [denominator] : [])]),
    )
    this.ruleNames = new Map(rules.flatMap(alertingRules).map(rule => [rule, nameOf(rule)]))
    this.measurement = new Measurement(store, this.responses, faults, intervalMs)
    this.freshness = new Freshness({ ...context, rules: this.ruleNames.keys() })
  }

  /** The rules and responses that could not be loaded. */
  get rejected(): readonly Error[] {
    return [...this.rules.rejected, ...this.#rejectedResponses]
  }

  /** Changes when a rule of the alert or the response does: episodes from before would not be comparable with those after. */
  versionOf(alert: string, response: Response): string {
    const known = this.#versions.get(response)
    if (known) return known
    const names = [...this.ruleNames.values()].filter(name => name.startsWith(`${alert} `))
    const version = fingerprint(`${names.join()} ${JSON.stringify(response)}`)
    this.#versions.set(response, version)
    return version
  }

  [Symbol.dispose](): void {
    this.rules.dispose()
    this.measurement[Symbol.dispose]()
    this.freshness[Symbol.dispose]()
  }
}

function alertingRules(source: RuleSource): Rule[] {
  if ('rules' in source) return source.rules.flatMap(alertingRules)
  return 'alert' in source ? [source] : []
}

function nameOf({ alert, expr, for: hold, keepFiringFor, labels }: Rule): string {
  return `${alert} ${fingerprint(JSON.stringify([expr, hold, keepFiringFor, labels]))}`
}
