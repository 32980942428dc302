import { counted } from '@homeostat/signals'
import type { Advice } from '@homeostat/optimizer'
import { count } from '../indexes/index-advice.ts'
import type { HeldAnswers } from '../signals/held-answers.ts'
import type { RepeatedStatement } from '../signals/repeated-statement.ts'

const MOST_NAMED = 5

/** Statements that are sent once for each row of another one. */
export function repeats(found: readonly RepeatedStatement[]): readonly Advice[] {
  return found.slice(0, MOST_NAMED).map(({ summary, sender, requests, mean, most, meanMs }) => ({
    what: `fetch at once what ${sender ?? 'a request without a route'} fetches one by one with ${summary}`,
    why: `it sent the statement ${count(mean)} times in one ${sender?.startsWith('job ') ? 'run' : 'request'} on average and ${count(most)} times at most, which took ${count(meanMs)} ms (${count(requests)} followed); a join, or a list of values with = ANY ($1), asks once`,
  }))
}

/** Statements that were slow for the application alone. */
export function heldAnswers({ count: answers, heldMs, workedMs, holders }: HeldAnswers): readonly Advice[] {
  if (answers === 0) return []
  const names = holders.length === 0 ? '' : `, most of them for ${holders.slice(0, MOST_NAMED).join(', ')}`
  return [
    {
      what: 'look at what holds the event loop, not at the database',
      why: `${counted(answers, 'statement was', 'statements were')} slow for the application alone${names}: the server took ${count(workedMs / answers)} ms on average, and the answers then waited ${count(heldMs / answers)} ms for the event loop to read them`,
    },
  ]
}
