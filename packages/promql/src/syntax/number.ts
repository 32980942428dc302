import { parseDuration } from '../numbers/durations.ts'

/** Go's rule for `_`: between two digits, or between a base prefix and a digit. */
const MISPLACED_UNDERSCORE = /(?<!\d)_|_(?!\d)/
const MISPLACED_IN_HEXADECIMAL = /(?<![\da-fx])_|_(?![\da-f])/
const HEXADECIMAL = /^0x[\da-f]+$/
const OCTAL = /^0[0-7]+$/
const DECIMAL = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/
/** Prometheus reads integers as Go's `int64` first; a longer one is read as a decimal float. */
const LARGEST_INTEGER = 2n ** 63n - 1n

/** Prometheus counts durations in nanoseconds, in 64 bits: 292 years. */
export const LONGEST_MS: number = 2 ** 63 / 1e6

/**
 * Reads one number token without its sign: decimal, hexadecimal, octal (`0755`), `Inf`, `NaN`, with `_` between digits, or a
 * duration, which counts as seconds. `undefined` when it is none of these, infinite when it is larger than Prometheus can
 * hold. `0b1`, `0o7` and hexadecimal fractions are
 * literals of Go that Prometheus's lexer refuses.
 */
export function parseNumber(text: string): number | undefined {
  const lower = text.toLowerCase()
  if (lower === 'inf') return Infinity
  if (lower === 'nan') return NaN
  const misplaced = lower.startsWith('0x') ? MISPLACED_IN_HEXADECIMAL : MISPLACED_UNDERSCORE
  if (misplaced.test(lower)) return undefined
  const joined = lower.replaceAll('_', '')
  if (HEXADECIMAL.test(joined)) return BigInt(joined) > LARGEST_INTEGER ? undefined : Number(joined)
  if (OCTAL.test(joined)) {
    const octal = BigInt(`0o${joined}`)
    if (octal <= LARGEST_INTEGER) return Number(octal)
  }
  if (DECIMAL.test(joined)) return Number(joined)
  const ms = parseDuration(text)
  if (ms === undefined) return undefined
  return ms < LONGEST_MS ? ms / 1000 : Infinity
}
