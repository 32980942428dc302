import { parseDuration } from '@homeostat/promql'
import type { ProveRequest } from '../../proof/prove-question.ts'
import { WrongCallError } from '../wrong-call-error.ts'

/** The values of the options of `homeostat prove`, as texts. */
export type ProveValues = Readonly<Partial<Record<ProveOption, string>>>

type ProveOption =
  | 'knob'
  | 'to'
  | 'by'
  | 'factor'
  | 'alert'
  | 'measure'
  | 'direction'
  | 'effect'
  | 'power'
  | 'noise'
  | 'observe'
  | 'block'
  | 'carry-over'
  | 'pairs'
  | 'for'
  | 'seed'

/** A call of `homeostat prove plan` or `run`. Times are in milliseconds. */
export interface ProveCall {
  readonly request: ProveRequest
  /** The smallest effect worth having. */
  readonly worth: number
  readonly power: number
  readonly noise?: number
  /** How long to observe the noise before. */
  readonly observeMs: number
  readonly blockMs?: number
  readonly carryOverMs?: number
  readonly pairs?: number
  readonly mostMs?: number
  readonly seed: number
}

const DEFAULT_WORTH = 0.1
const DEFAULT_POWER = 0.8
const MOST_SEED = 0xffff_ffff

/**
 * Reads the options.
 *
 * @param drawSeed makes the seed where none is given
 * @throws WrongCallError
 */
export function proveCall(values: ProveValues, drawSeed: () => number): ProveCall {
  const { knob, alert, measure: expr, direction } = values
  if (knob === undefined) throw new WrongCallError("required option '--knob' not provided")
  if (direction !== undefined && direction !== 'up' && direction !== 'down')
    throw new WrongCallError(`'--direction' must be up or down (which way is better), got '${direction}'`)
  const target = { ...numberOf(values, 'to'), ...numberOf(values, 'by'), ...numberOf(values, 'factor') }
  if (Object.keys(target).length > 1) throw new WrongCallError('give one of --to, --by and --factor')
  if (values.pairs !== undefined && values.for !== undefined) throw new WrongCallError('give one of --pairs and --for')
  if (values.noise !== undefined && values.observe !== undefined)
    throw new WrongCallError('give one of --noise and --observe')
  const noise = shareOf(values, 'noise', 10)
  const blockMs = durationOf(values, 'block')
  const carryOverMs = durationOf(values, 'carry-over')
  const mostMs = durationOf(values, 'for')
  const pairs = wholeOf(values, 'pairs', 1, 500)
  return {
    request: {
      knob,
      ...target,
      ...(alert !== undefined && { alert }),
      ...(expr !== undefined && { expr }),
      ...(direction !== undefined && { direction }),
    },
    worth: shareOf(values, 'effect', 1) ?? DEFAULT_WORTH,
    power: shareOf(values, 'power', 1) ?? DEFAULT_POWER,
    observeMs: durationOf(values, 'observe') ?? 0,
    seed: wholeOf(values, 'seed', 0, MOST_SEED) ?? drawSeed(),
    ...(noise !== undefined && { noise }),
    ...(blockMs !== undefined && { blockMs }),
    ...(carryOverMs !== undefined && { carryOverMs }),
    ...(mostMs !== undefined && { mostMs }),
    ...(pairs !== undefined && { pairs }),
  }
}

function numberOf<Name extends ProveOption>(values: ProveValues, name: Name): { readonly [N in Name]?: number } {
  const text = values[name]
  if (text === undefined) return {}
  const value = text.trim() === '' ? NaN : Number(text)
  if (!Number.isFinite(value)) throw new WrongCallError(`'--${name}' must be a number, got '${text}'`)
  return { [name]: value } as { readonly [N in Name]?: number }
}

/** `0.1` and `10%` are the same. */
function shareOf(values: ProveValues, name: ProveOption, below: number): number | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  const [, digits = '', sign] = /^\s*([\d.]+)\s*(%?)\s*$/.exec(text) ?? []
  const share = digits === '' ? NaN : Number(digits) / (sign === '%' ? 100 : 1)
  if (share > 0 && share < below) return share
  throw new WrongCallError(`'--${name}' must be a share such as 0.1 or 10%, above 0 and below ${below}, got '${text}'`)
}

function wholeOf(values: ProveValues, name: ProveOption, least: number, most: number): number | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw new WrongCallError(`'--${name}' must be a whole number from ${least} to ${most}, got '${text}'`)
}

function durationOf(values: ProveValues, name: ProveOption): number | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0) return ms
  throw new WrongCallError(`'--${name}' must be a duration such as 90s or 2h, got '${text}'`)
}
