import type { Expression } from '@homeostat/promql'
import { compile, formatDuration, parseDuration } from '@homeostat/promql'
import { ForecastTargetError } from './forecast-target-error.ts'
import { shownValue } from '@homeostat/signals/options'
import type { Resource } from './resource.ts'
import { isResource, RESOURCES } from './resource.ts'

/**
 * A number that is watched, and the limit that it should not reach.
 *
 * @example
 * ```ts
 * const disk: ForecastTarget = {
 *   name: 'disk',
 *   resource: 'database',
 *   expr: 'max(disk_used / disk_size)',
 *   above: 0.9,
 *   within: '30m',
 *   unit: 'ratio',
 * }
 * ```
 */
export interface ForecastTarget {
  /** Distinguishes targets, in labels as well: letters, digits, `.`, `_` and `-`, at most 64. */
  readonly name: string
  readonly resource: Resource
  /** PromQL of the number; of several series the highest counts. */
  readonly expr: string
  /** The limit, in the expression's unit. It is reached by a number that is equal to it. */
  readonly above: number
  /** How far ahead, as Prometheus durations of five minutes to a week. @default the `horizon` of the domain's options */
  readonly within?: string | readonly string[]
  /** `ratio` for shares of a whole. @default anything else */
  readonly unit?: string
}

/** How far ahead, in words and in numbers. */
export interface Horizon {
  /** A Prometheus duration, e.g. `15m`. */
  readonly label: string
  readonly ms: number
}

/** A target that has been read and can be watched. */
export interface ReadTarget extends ForecastTarget {
  readonly expression: Expression
  readonly horizons: readonly Horizon[]
}

export const HORIZON_WORDS = 'a Prometheus duration of 5m to 1w, e.g. "15m"'
/** Shorter ones would not outlast two exports of a minute, and nothing would be learned. */
const SHORTEST_MS = 5 * 60_000
const LONGEST_MS = 7 * 24 * 3_600_000

/** @throws {ForecastTargetError} that names the target and says what to do */
export function readTarget(target: ForecastTarget, horizon: string): ReadTarget {
  if (typeof target !== 'object' || target === null)
    throw new ForecastTargetError('?', 'it is not an object; give one with name, resource, expr and above')
  const { name, resource, expr, above, within = horizon, unit } = target
  const wrong = (why: string, cause?: unknown): ForecastTargetError => new ForecastTargetError(name, why, { cause })
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name))
    throw wrong('use 1 to 64 letters, digits, ".", "_" and "-" as its name')
  if (!isResource(resource)) throw wrong(`its resource is ${shownValue(resource)}; use ${RESOURCES.join(', ')}`)
  if (!Number.isFinite(above)) throw wrong(`above is ${shownValue(above)}; give its limit as a finite number`)
  if (unit !== undefined && typeof unit !== 'string') throw wrong('unit is not a string; use "ratio" or leave it out')
  const horizons = horizonsOf(within, wrong)
  return { ...target, expression: readExpression(expr, wrong), horizons }
}

type Wrong = (why: string, cause?: unknown) => ForecastTargetError

function readExpression(expr: string, wrong: Wrong): Expression {
  if (typeof expr !== 'string') throw wrong('expr is not a string; give the PromQL of a number')
  let expression: Expression
  try {
    expression = compile(expr)
  } catch (error) {
    const [why] = String(error).split('\n', 1)
    throw wrong(`expr is not valid PromQL; correct it: ${why}`, error)
  }
  if (expression.type !== 'instant vector' && expression.type !== 'scalar')
    throw wrong(`expr gives a ${expression.type}; use one that gives a number or one a series`)
  return expression
}

function horizonsOf(within: string | readonly string[], wrong: Wrong): readonly Horizon[] {
  const horizons = new Map<number, Horizon>()
  for (const text of (Array.isArray(within) ? within : [within]) as readonly unknown[]) {
    const ms = millisecondsOf(text)
    if (!isHorizonMs(ms)) throw wrong(`within is ${shownValue(text)}; use ${HORIZON_WORDS}`)
    horizons.set(ms, { label: formatDuration(ms), ms })
  }
  if (horizons.size === 0) throw wrong('within is empty; leave it out or name a duration, e.g. "15m"')
  return [...horizons.values()]
}

/** Whether it is a horizon that can be forecast. */
export function isHorizon(text: unknown): boolean {
  return isHorizonMs(millisecondsOf(text))
}

function isHorizonMs(ms: number): boolean {
  return ms >= SHORTEST_MS && ms <= LONGEST_MS
}

function millisecondsOf(text: unknown): number {
  return (typeof text === 'string' ? parseDuration(text) : undefined) ?? Number.NaN
}
