import type { Firing } from './firing.ts'
import type { Advice } from './receipt.ts'

/** One run of an action that only advises. It changes nothing, so it has no trial and no verdict. */
export interface AdviceGiven {
  /** e.g. `query.optimize#2` */
  readonly id: string
  readonly action: string
  readonly alert: string
  readonly labels: Firing['labels']
  readonly startedAt: number
  readonly endedAt: number
  readonly status: 'completed' | 'failed' | 'timeout' | 'aborted'
  /** One line: what was looked at. Of a run that failed, why. It may quote the error of the action, so it stays in the process. */
  readonly summary: string
  /** The class or code of the error of a run that failed. */
  readonly errorType?: string
  readonly advice: readonly Advice[]
  /** What could not be looked at, one line each. */
  readonly problems: readonly string[]
}

/** A piece of advice, over all runs that gave it. */
export interface StandingAdvice extends Advice {
  readonly action: string
  readonly alert: string
  readonly firstAt: number
  readonly lastAt: number
  /** Runs that gave it. */
  readonly times: number
  /** When somebody was found to have followed it. */
  readonly adoptedAt?: number
}

/** Longer texts are cut: they go into log lines. */
const MOST_CHARACTERS = { what: 500, why: 500, statement: 4000, line: 500 } as const
const MOST_ITEMS = 20

/** What a receipt advises, as far as it has the shape of advice. An action may come from JavaScript. */
export function adviceIn(value: unknown): readonly Advice[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, MOST_ITEMS).flatMap((item: unknown): Advice[] => {
    const { what, why, statement } = Object(item) as Partial<Record<keyof Advice, unknown>>
    if (typeof what !== 'string') return []
    return [
      {
        what: cut(what, MOST_CHARACTERS.what),
        why: typeof why === 'string' ? cut(why, MOST_CHARACTERS.why) : '',
        ...(typeof statement === 'string' && { statement: cut(statement, MOST_CHARACTERS.statement) }),
      },
    ]
  })
}

/** The lines of a list that may come from JavaScript. */
export function linesIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  const lines = value.filter((line): line is string => typeof line === 'string')
  return lines.slice(0, MOST_ITEMS).map(line => cut(line, MOST_CHARACTERS.line))
}

/** What to do, why, and what to run, in one line. */
export function adviceText({ what, why, statement }: Advice): string {
  const because = why === '' ? '' : `, because ${why}`
  return `${what}${because}${statement === undefined ? '' : `; run: ${statement}`}`
}

function cut(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}
