import type { VisitKind } from '../load/visit.ts'
import { ROUTES } from '../load/visit.ts'
import type { LaneResult } from './demo-lane.ts'
import { paragraph, renderTable } from './table.ts'

/**
 * A table of how each shop served its visitors, one row per lane.
 *
 * @param followed - whether a person has created an index in Homeostat's shop, and in no other one
 */
export function laneTable(results: readonly LaneResult[], followed: boolean, width: number): readonly string[] {
  const rows = results.map(({ lane, p50Ms, p99Ms, failures, ordered, late, databaseSeconds, requests }) => [
    `${lane}${followed && lane === 'homeostat' ? ' *' : ''}`,
    count(requests),
    `${p50Ms.toFixed(1)} ms`,
    `${p99Ms.toFixed(0)} ms`,
    count(failures),
    `${count(late)} of ${count(ordered)}`,
    databaseSeconds === undefined ? 'unknown' : `${databaseSeconds.toFixed(1)} s`,
  ])
  const table = renderTable(['shop', 'visits', 'p50', 'p99', 'errors', 'jobs late', 'database'], rows, width)
  return followed ? [...table, ...paragraph(results.length > 1 ? `${PERSON}; ${OTHERS}` : `${PERSON}.`, width)] : table
}

const PERSON = '* with the index that it advised and a person created'
const OTHERS = 'the other shops have none, so that a part of the difference is the work of that person.'

/**
 * A line for each shop whose own count differs from what was sent by more than the visits that got no answer; none where all received the same
 * load. All lanes are sent the same visits, so only the counts of the shops can differ.
 */
export function unequalLoad(results: readonly LaneResult[]): readonly string[] {
  return results.flatMap(result => {
    if (result.received === undefined)
      return [`expected the shop ${result.lane} to say how many visits it received, and it did not answer`]
    const differing = differences(result)
    const isMore = differing.some(({ sent, received }) => received > sent)
    if (!isMore && unreceived(result) <= result.unanswered) return []
    const routes = differing.map(({ route, sent, received }) => `${route} ${count(received)} of ${count(sent)}`)
    return [`expected the shop ${result.lane} to receive every visit once, and it received ${routes.join(', ')}`]
  })
}

/** How many visits never reached the shop, by its own count; 0 where it does not say. */
export function unreceived(result: LaneResult): number {
  if (result.received === undefined) return 0
  return differences(result).reduce((sum, { sent, received }) => sum + Math.max(0, sent - received), 0)
}

function differences({ sent, received }: LaneResult): readonly {
  readonly route: string
  readonly sent: number
  readonly received: number
}[] {
  return Object.entries(byRoute(sent))
    .map(([route, visits]) => ({ route, sent: visits, received: received?.[route] ?? 0 }))
    .filter(entry => entry.sent !== entry.received)
}

function byRoute(sent: LaneResult['sent']): Readonly<Record<string, number>> {
  const routes: Record<string, number> = {}
  for (const [kind, route] of Object.entries(ROUTES)) {
    const visits = sent[kind as VisitKind]
    if (visits !== undefined) routes[route] = (routes[route] ?? 0) + visits
  }
  return routes
}

/** `product 10,212, front 1,001` */
export function countsText(sent: Partial<Record<VisitKind, number>>): string {
  return Object.entries(sent)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([kind, number]) => `${kind} ${count(number)}`)
    .join(', ')
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
