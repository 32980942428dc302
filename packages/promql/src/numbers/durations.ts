/** Milliseconds per unit, largest first. A year is 365 days and a week 7, as in Prometheus. */
const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['y', 31_536_000_000],
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/**
 * Reads a Prometheus duration (`1h30m`, `500ms`, `0`) as milliseconds, or `undefined` when it is not one.
 * Grammar: https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
 *
 * @example
 * ```ts
 * parseDuration('1h30m') // 5_400_000
 * ```
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const match = text === '' ? null : DURATION.exec(text)
  if (match === null) return undefined
  let ms = 0
  UNITS.forEach(([, unitMs], index) => {
    ms += Number(match[index + 1] ?? 0) * unitMs
  })
  return ms
}

/**
 * Writes milliseconds as the shortest exact Prometheus duration; fractions of a millisecond are rounded.
 *
 * @example
 * ```ts
 * formatDuration(5_400_000) // '1h30m'
 * ```
 */
export function formatDuration(ms: number): string {
  let rest = Math.round(Math.abs(ms))
  if (rest === 0) return '0s'
  let text = ms < 0 ? '-' : ''
  for (const [unit, unitMs] of UNITS) {
    const exact = unit === 'y' || unit === 'w'
    // Years and weeks are written only when nothing is left over, as Prometheus does: 400d, not 1y5w.
    if (exact && rest % unitMs !== 0) continue
    const count = Math.floor(rest / unitMs)
    if (count > 0) text += `${count}${unit}`
    rest -= count * unitMs
  }
  return text
}
