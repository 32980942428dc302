import fc from 'fast-check'
import { advanceCondition, INACTIVE } from '../../src/alerts/condition.ts'
import type { Condition, Reading } from '../../src/alerts/condition.ts'
import { advanceCourse } from '../../src/trials/advance-course.ts'
import { IDLE } from '../../src/trials/course.ts'
import type { Course, CourseEvent } from '../../src/trials/course.ts'
import { courseEvents, coursePolicy, nameOf } from './course-events.ts'

/** From one state to another, and everything that leads there. */
export interface Transition {
  readonly from: string
  readonly to: string
  readonly on: readonly string[]
}

const WAITS_MS = [0, 5000, 10_000, 40_000, 4_000_000]

/** Tells every event to every state that can be reached, at several times, in quarantine and out of it. */
export function courseTransitions(): Transition[] {
  const seen = new Transitions()
  const reached = new Map<string, { course: Course; now: number }>([['idle', { course: IDLE, now: 0 }]])
  for (const { course, now } of reached.values()) {
    for (const event of courseEvents) {
      for (const waitMs of WAITS_MS) {
        for (const isQuarantined of [false, true]) {
          const at = now + waitMs
          const policy = isQuarantined ? { ...coursePolicy, quarantinedUntil: at + 1000 } : coursePolicy
          const next = advanceCourse(course, event, at, policy)
          const cause = next.state === 'quarantined' ? 'a quarantine' : nameOfEvent(event)
          seen.add(nameOf(course), nameOf(next), cause)
          const key = [nameOf(next), 'failures' in next ? next.failures : '', next.notBefore > at].join(' ')
          if (!reached.has(key)) reached.set(key, { course: next, now: at })
        }
      }
    }
  }
  return seen.list([...new Set(courseEvents.map(nameOfEvent)), 'a quarantine'])
}

export function conditionTransitions(): Transition[] {
  const readings: readonly Reading[] = ['holds', 'dead band', 'clear', 'missing']
  const policy = { forMs: 10_000, keepFiringForMs: 10_000, intervalMs: 5000, startedAt: 0 }
  const runs = fc.record({ reading: fc.constantFrom(...readings), times: fc.integer({ min: 1, max: 70 }) })
  const seen = new Transitions()
  // At random, but always the same, and far more often than there are transitions.
  let condition: Condition = INACTIVE
  let now = 0
  for (const { reading, times } of fc.sample(runs, { numRuns: 10_000, seed: 4 })) {
    for (let i = 0; i < times; i++) {
      now += policy.intervalMs
      const next = advanceCondition(condition, reading, now, policy)
      seen.add(condition.state, next.state, reading)
      condition = next
    }
  }
  return seen.list(readings)
}

function nameOfEvent(event: CourseEvent): string {
  if (event.type === 'ended') return `ended${event.isLasting ? ' lasting' : ''}: ${event.outcome}`
  if (event.type === 'judged') return `judged: ${event.verdict}`
  if (event.type === 'reverted') return `reverted: ${event.result}`
  return event.type === 'tick' ? 'time' : event.type
}

class Transitions {
  readonly #seen = new Map<string, Map<string, Set<string>>>()

  add(from: string, to: string, on: string): void {
    if (from === to) return
    const targets = this.#seen.get(from) ?? new Map<string, Set<string>>()
    const causes = targets.get(to) ?? new Set()
    causes.add(on)
    targets.set(to, causes)
    this.#seen.set(from, targets)
  }

  /** In the order in which a course reaches its states; the causes in the order given. */
  list(causes: readonly string[]): Transition[] {
    return [...this.#seen]
      .flatMap(([from, targets]) => [...targets].map(([to, on]) => ({ from, to, on: inShort(causes, on) })))
      .toSorted((a, b) => rank(a.from) - rank(b.from) || rank(a.to) - rank(b.to) || (a.to < b.to ? -1 : 1))
  }
}

/** `judged: any` for all verdicts there are. */
function inShort(causes: readonly string[], on: ReadonlySet<string>): string[] {
  const kindOf = (cause: string): string => cause.replace(/:.*/, '')
  const isWhole = (cause: string): boolean =>
    cause.includes(':') && causes.every(other => kindOf(other) !== kindOf(cause) || on.has(other))
  return [
    ...new Set(causes.filter(cause => on.has(cause)).map(cause => (isWhole(cause) ? `${kindOf(cause)}: any` : cause))),
  ]
}

const ORDER = (
  'inactive, pending, firing, resolving, ' +
  'idle, suppressed, proposed (control), acting, acting (preempted), acting (killed), ' +
  'settling (once), settling (lasting), verifying (once), verifying (lasting), ' +
  'settled (once), settled (lasting), reverting, reverting (killed), reverted, cooldown, quarantined, off'
).split(', ')

function rank(state: string): number {
  return ORDER.indexOf(state)
}

export function toTable(transitions: readonly Transition[], by: string): string {
  const rows = transitions.map(({ from, to, on }) => `| ${from} | ${to} | ${on.join('; ')} |`)
  return [`| from | to | ${by} |`, '| --- | --- | --- |', ...rows].join('\n')
}

/** Leaves out what can happen in every state. */
export function toDiagram(transitions: readonly Transition[]): string {
  const edges = new Set(
    transitions
      .filter(({ to, on }) => to !== 'quarantined' && !(on.length === 1 && on[0] === 'killed'))
      .map(({ from, to }) => [plain(from), plain(to)] as const)
      .filter(([from, to]) => from !== to)
      .map(([from, to]) => `  ${from} --> ${to}`),
  )
  return ['```mermaid', 'stateDiagram-v2', ...edges, '```'].join('\n')
}

function plain(state: string): string {
  return state.replace(/ \(.*/, '')
}
