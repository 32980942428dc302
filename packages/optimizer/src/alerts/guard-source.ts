import type { BoundExpression, Expression, LabelMatch, Store } from '@homeostat/promql'
import { compile, operandsOf } from '@homeostat/promql'
import { atOnce, type Faults, type Steps } from '@homeostat/signals'
import { plainLabels } from '../words/plain-labels.ts'
import type { Guard } from '../words/response.ts'
import { SCOPE } from './freshness.ts'
import { selectorText } from './selector-text.ts'

type Expr = Expression['ast']

/**
 * Functions of ranges whose value does not depend on how many samples are in the range, if it spans two ticks and more. A maximum,
 * a count or an average over time is another number when more samples are there.
 */
const ANY_DENSITY: ReadonlySet<string> = new Set(['rate', 'increase'])

/** A range that spans fewer ticks, or parts of them, holds more noise between two ticks than at one. */
const FEWEST_TICKS = 2
const MANY_TICKS = 12

const METRIC_NAME = '__name__'

/** Where the numbers of a guard come from, and so how often they can be read. */
export interface GuardSource {
  /** Why they can be read at ticks only, e.g. `max_over_time() depends on it`; undefined when at any time. */
  readonly onlyAtTicks: string | undefined
  /** Names of the metrics that they come from; undefined when a selector names none. */
  readonly metrics: ReadonlySet<string> | undefined
}

export interface GuardSourcesOptions {
  readonly store: Store
  readonly faults: Faults
  /** Names of the scopes that the tick reads itself. */
  readonly ownScopes: ReadonlySet<string>
  /** Time between ticks. */
  readonly intervalMs: number
  /** Time between the collections of the slowest attached reader; 0 while it is not known. */
  readonly collectionIntervalMs: () => number
}

/** Finds out where the numbers of guards come from. */
export class GuardSources {
  readonly #options: GuardSourcesOptions
  readonly #bound = new Map<string, BoundExpression>()
  /** The latest answers: trials of many alerts may have one guard. */
  readonly #known = new WeakMap<Guard, { readonly now: number; readonly source: GuardSource | undefined }>()

  constructor(options: GuardSourcesOptions) {
    this.#options = options
  }

  /** Undefined while none of its series is there. */
  of(guard: Guard, now: number): GuardSource | undefined {
    const known = this.#known.get(guard)
    if (known?.now === now) return known.source
    const source = this.#find(guard, now)
    this.#known.set(guard, { now, source })
    return source
  }

  /**
   * How often an expression has a new value: at each tick, or as a reader delivers what it reads. Undefined where that reader has not
   * delivered often enough to show its pace.
   */
  paceOf(expr: string, now: number): number | undefined {
    const { intervalMs, collectionIntervalMs } = this.#options
    const isForeign = this.#scopesIn([expr], now).some(scope => !this.#isOwn(scope))
    if (!isForeign) return intervalMs
    return collectionIntervalMs() > 0 ? this.slowestMs : undefined
  }

  /** The pace of the slowest expression. */
  get slowestMs(): number {
    const { intervalMs, collectionIntervalMs } = this.#options
    return Math.max(intervalMs, collectionIntervalMs())
  }

  /** Gives back what only this needed of the store. */
  *dispose(): Steps<void> {
    for (const [text, bound] of this.#bound) {
      this.#bound.delete(text)
      bound.dispose()
      yield
    }
  }

  #find({ expr, denominator }: Guard, now: number): GuardSource | undefined {
    const asts = [expr, denominator].flatMap(text => (text === undefined ? [] : [this.#parse(text)]))
    if (asts.includes(undefined)) return undefined
    const parsed = asts.filter(ast => ast !== undefined)
    const selectors = parsed.flatMap(selectorsIn)
    const scopes = selectors.flatMap(matches => this.#scopesOf(matches, now))
    if (scopes.length === 0) return undefined
    const isForeign = scopes.some(scope => !this.#isOwn(scope))
    const onlyAtTicks = isForeign ? this.#delivered() : parsed.map(ast => this.#whyAtTicks(ast)).find(Boolean)
    return { onlyAtTicks, metrics: namesOf(selectors) }
  }

  #scopesIn(exprs: readonly string[], now: number): (string | undefined)[] {
    const asts = exprs.map(text => this.#parse(text)).filter(ast => ast !== undefined)
    return asts.flatMap(selectorsIn).flatMap(matches => this.#scopesOf(matches, now))
  }

  #isOwn(scope: string | undefined): boolean {
    return scope !== undefined && this.#options.ownScopes.has(scope)
  }

  #delivered(): string {
    const everyMs = this.#options.collectionIntervalMs()
    return everyMs > 0
      ? `a reader delivers its data every ${Math.round(everyMs / 1000)} s`
      : 'a reader delivers its data'
  }

  #parse(text: string): Expr | undefined {
    return this.#options.faults.contain('rule', () => compile(text, { experimental: true }).ast)
  }

  #whyAtTicks(expr: Expr): string | undefined {
    const { intervalMs } = this.#options
    if (expr.kind === 'subquery') return 'its subquery depends on it'
    if (expr.kind === 'call' && expr.args.some(isRange) && !ANY_DENSITY.has(expr.name))
      return `${expr.name}() depends on it`
    if (expr.kind === 'range') {
      const ticks = expr.rangeMs / intervalMs
      if (ticks < FEWEST_TICKS) return `a range of ${expr.rangeMs / 1000} s spans fewer than two ticks`
      if (ticks < MANY_TICKS && !Number.isInteger(ticks))
        return `a range of ${expr.rangeMs / 1000} s is not whole ticks`
    }
    return operandsOf(expr)
      .map(operand => this.#whyAtTicks(operand))
      .find(Boolean)
  }

  /** The scopes of the series that a selector has now. */
  #scopesOf(matches: readonly LabelMatch[], now: number): (string | undefined)[] {
    const text = selectorText(matches)
    const scopes = this.#options.faults.contain('rule', () => {
      const bound = this.#bound.get(text) ?? compile(text).bind(this.#options.store)
      this.#bound.set(text, bound)
      return atOnce(bound.columnsInSteps(now)).labels.map(labels => plainLabels(labels)[SCOPE])
    })
    return [...new Set(scopes)]
  }
}

function isRange(expr: Expr): boolean {
  return expr.kind === 'paren' ? isRange(expr.operand) : expr.kind === 'range'
}

function selectorsIn(expr: Expr): (readonly LabelMatch[])[] {
  if (expr.kind === 'selector') return [expr.matches]
  return operandsOf(expr).flatMap(selectorsIn)
}

function namesOf(selectors: readonly (readonly LabelMatch[])[]): ReadonlySet<string> | undefined {
  const names = new Set<string>()
  for (const matches of selectors) {
    const name = matches.find(({ label, operator }) => label === METRIC_NAME && operator === '=')
    if (name === undefined) return undefined
    names.add(name.value)
  }
  return names
}
