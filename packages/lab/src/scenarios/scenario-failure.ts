import { formatDuration } from '@homeostat/promql'
import type { EventKind, EventPattern, Expected, ScenarioEvent } from './expected.ts'

/** A scenario went otherwise than expected; the message has both, below each other. */
export class ScenarioFailure extends Error {
  override readonly name = 'ScenarioFailure'
  readonly code = 'HOMEOSTAT_SCENARIO_FAILED'
}

const MOST_LINES = 12

/** Expected and got, laid out as promtool does for alerts. */
export function unexpected(
  name: string,
  { when, ms, fromMs }: Expected,
  kind: EventKind,
  expected: string,
  got: readonly ScenarioEvent[],
): ScenarioFailure {
  const time = `${fromMs > 0 ? `from: ${formatDuration(fromMs)}, ` : ''}${when}: ${formatDuration(ms)}`
  return new ScenarioFailure(
    `    name: ${name},\n    ${kind}, ${time},\n        exp: ${expected}\n        got: ${summary(got)}`,
  )
}

/** `{action="cache.warm", verdict="effective"} at least 2 times` */
export function patternText({ fields, labels, atLeast, atMost }: EventPattern): string {
  const text = fieldsText({ ...fields, ...labels })
  if (atMost === 0) return `no ${text}`
  if (atLeast === atMost) return `${text} ${timesText(atLeast)}`
  const least = atLeast > 0 ? ` at least ${timesText(atLeast)}` : ''
  return `${text}${least}${atMost < Infinity ? ` at most ${timesText(atMost)}` : ''}`
}

/** The same events once, with how often they happened, when, and the last of them in words. */
function summary(events: readonly ScenarioEvent[]): string {
  const groups = new Map<string, ScenarioEvent[]>()
  for (const event of events) {
    const text = fieldsText({ ...event.fields, ...event.labels })
    const same = groups.get(text)
    if (same) same.push(event)
    else groups.set(text, [event])
  }
  const lines = [...groups].map(([text, same]) => {
    const [first, last] = [same[0]!, same.at(-1)!]
    const detail = last.detail === '' ? '' : `: ${last.detail}`
    const when =
      same.length === 1
        ? `at ${formatDuration(first.atMs)}`
        : `${same.length} times from ${formatDuration(first.atMs)} to ${formatDuration(last.atMs)}`
    return `${text} ${when}${detail}`
  })
  if (lines.length === 0) return 'nil'
  const more = lines.length > MOST_LINES ? [`and ${lines.length - MOST_LINES} other`] : []
  return [...lines.slice(0, MOST_LINES), ...more].join(`\n${' '.repeat(13)}`)
}

function fieldsText(fields: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== '')
  return `{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}

function timesText(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
