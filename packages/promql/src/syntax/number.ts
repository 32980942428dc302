import { parseDuration } from '../durations.ts'

const DECIMAL = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/**
 * Reads an unsigned number literal: decimal, hexadecimal, octal (`0755`), `Inf`, `NaN`, with `_` between digits, or a
 * duration, which counts as seconds. `undefined` when it is none of these.
 */
export function parseNumber(text: string): number | undefined {
  const lower = text.toLowerCase()
  if (lower === 'inf') return Infinity
  if (lower === 'nan') return NaN
  const joined = lower.replaceAll(/(?<=[\da-f])_(?=[\da-f])/g, '')
  if (/^0x[\da-f]+$/.test(joined)) return Number(joined)
  if (/^0[0-7]+$/.test(joined)) return Number.parseInt(joined, 8)
  if (DECIMAL.test(joined)) return Number(joined)
  const ms = parseDuration(text)
  return ms === undefined ? undefined : ms / 1000
}

const LITERALS = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|`[^`]*`?|#[^\n]*|(?<![\w.:])(\d[\d_]*)\.(?!\d)(e[+-]?\d+)?/gi

/**
 * Prometheus accepts `1.` and `1.e5`; the published grammar does not. The dot is moved out as a space, so that every
 * offset stays true. Strings and comments are left alone.
 */
export function normalizeTrailingDots(source: string): string {
  return source.replaceAll(LITERALS, (whole: string, digits?: string, exponent?: string) =>
    digits === undefined ? whole : `${digits}${exponent ?? ''} `,
  )
}
