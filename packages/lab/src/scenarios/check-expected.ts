import type { EventLog } from './event-log.ts'
import type { EventPattern, Expected, ScenarioEvent } from './expected.ts'
import { EVENT_KINDS } from './expected.ts'
import { patternText, unexpected, type ScenarioFailure } from './scenario-failure.ts'

/** Compares what happened with what was expected; `intervalMs` is that of the ticks. */
export function checkExpected(name: string, expected: Expected, log: EventLog, intervalMs: number): ScenarioFailure[] {
  const { when, ms, fromMs, events } = expected
  // The last tick at or before the time.
  const tickMs = Math.floor(ms / intervalMs) * intervalMs
  return EVENT_KINDS.flatMap(kind => {
    const patterns = events[kind]
    if (!patterns) return []
    const isState = kind === 'firing' && when === 'at'
    const got = isState ? log.firingAt(tickMs) : log.of(kind, when === 'at' ? tickMs : fromMs, ms)
    const fail = (text: string): ScenarioFailure => unexpected(name, expected, kind, text, got)
    // All alerts that fire at a time are listed; no patterns mean that nothing may fire.
    if (isState || patterns.length === 0) {
      const isSame =
        got.every(event => patterns.some(pattern => matches(pattern, event))) &&
        patterns.every(pattern => isMet(pattern, got))
      return isSame ? [] : [fail(patterns.length === 0 ? 'nil' : patterns.map(patternText).join(', '))]
    }
    return patterns.filter(pattern => !isMet(pattern, got)).map(pattern => fail(patternText(pattern)))
  })
}

function isMet(pattern: EventPattern, events: readonly ScenarioEvent[]): boolean {
  const count = events.filter(event => matches(pattern, event)).length
  return count >= pattern.atLeast && count <= pattern.atMost
}

function matches({ fields, labels }: EventPattern, event: ScenarioEvent): boolean {
  return includes(event.fields, fields) && includes(event.labels, labels)
}

function includes(all: Readonly<Record<string, string>>, some: Readonly<Record<string, string>>): boolean {
  return Object.entries(some).every(([name, value]) => all[name] === value)
}
