import { counted } from '@homeostat/signals'
import { formatDuration } from '@homeostat/promql'
import { alertKey } from '@homeostat/optimizer/parts'
import type { AlertDifference } from './compare.ts'
import type { BacktestResult } from './result.ts'

/** More lines of one kind say less; all of it is in the result itself. */
const MOST_LINES = 40

/** A result for people, line by line. */
export function backtestReport(result: BacktestResult): string[] {
  const { startMs, endMs, ticks, series, firings, actions, refused, flaps, quiet, failures, rejected } = result
  if (ticks === 0) return ['No signals in this time.']
  return [
    `${formatDuration(endMs - startMs)} of signals from ${timeOf(startMs)} to ${timeOf(endMs)}: ${counted(ticks, 'evaluation')} over ${series} series.`,
    ...rejected.map(line => `Not loaded: ${line}`),
    ...failures.map(({ rule, error, ticks: times }) => `Failed at ${counted(times, 'evaluation')}: ${rule}: ${error}`),
    '',
    `Firings: ${firings.length}`,
    ...shortened(
      firings.map(({ from, until, value, ...alert }) => {
        const span = until === undefined ? 'to the end' : `for ${formatDuration(until - from)}`
        return `  ${timeOf(from)} ${span}  ${nameOf(alert)} at ${readable(value)}`
      }),
    ),
    ...(quiet.length > 0 ? [`  never: ${quiet.join(', ')}`] : []),
    '',
    `Would-be actions: ${actions.length}`,
    ...shortened(actions.map(({ at, action, ...alert }) => `  ${timeOf(at)} ${action} for ${nameOf(alert)}`)),
    ...refused.map(
      ({ alert, action, reason, ticks: times }) =>
        `  ${action} for ${alert} refused by ${reason} at ${counted(times, 'evaluation')}`,
    ),
    '',
    'Flaps (fires and resolves) per hour, and in the worst hour',
    ...shortened(
      flaps.map(({ perHour, worstHour, ...alert }) => `  ${readable(perHour)}, ${worstHour}  ${nameOf(alert)}`),
    ),
    ...(flaps.length === 0 ? ['  none'] : []),
  ]
}

/** The difference between two results for people, line by line. */
export function differenceReport(differences: readonly AlertDifference[]): string[] {
  if (differences.length === 0)
    return ['No difference: the same alerts fire at the same times and lead to as many actions.']
  return differences.flatMap(({ fires, firingMs, actions, onlyBeforeMs, onlyAfterMs, from, ...alert }) => [
    `${nameOf(alert)}, first at ${timeOf(from)}`,
    `  - ${side(fires[0], firingMs[0], actions[0])}, ${formatDuration(onlyBeforeMs)} of it only here`,
    `  + ${side(fires[1], firingMs[1], actions[1])}, ${formatDuration(onlyAfterMs)} of it only here`,
  ])
}

function side(fires: number, firingMs: number, actions: number): string {
  return `${counted(fires, 'firing')} of ${formatDuration(firingMs)}, ${counted(actions, 'action')}`
}

function shortened(lines: readonly string[]): string[] {
  if (lines.length <= MOST_LINES) return [...lines]
  return [...lines.slice(0, MOST_LINES), `  and ${lines.length - MOST_LINES} more`]
}

function nameOf(alert: Parameters<typeof alertKey>[0]): string {
  return alertKey(alert)
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

function readable(value: number): string {
  return String(Number(value.toPrecision(3)))
}
