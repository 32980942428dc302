import type { VisitKind } from '../load/visit.ts'
import type { LaneResult } from './demo-lane.ts'
import { renderTable } from './table.ts'

/** What each shop has given its visitors, one row per lane. */
export function laneTable(results: readonly LaneResult[], width: number): readonly string[] {
  const rows = results.map(({ lane, p50Ms, p99Ms, failures, ordered, late, databaseSeconds, requests }) => [
    lane,
    count(requests),
    `${p50Ms.toFixed(1)} ms`,
    `${p99Ms.toFixed(0)} ms`,
    count(failures),
    `${count(late)} of ${count(ordered)}`,
    databaseSeconds === undefined ? 'unknown' : `${databaseSeconds.toFixed(1)} s`,
  ])
  return renderTable(['shop', 'visits', 'p50', 'p99', 'errors', 'jobs late', 'database'], rows, width)
}

/** Why the shops did not get the same load, in one line; undefined where they did. */
export function unequalLoad(results: readonly LaneResult[]): string | undefined {
  const [first, ...others] = results.map(({ sent }) => countsText(sent))
  const differs = others.some(other => other !== first)
  return differs
    ? `expected all shops to get the same visits, and they got ${[first, ...others].join(' / ')}`
    : undefined
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
