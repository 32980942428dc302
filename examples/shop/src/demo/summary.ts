import { actionTable } from './action-table.ts'
import { wasShort } from './cores.ts'
import type { LaneResult } from './demo-lane.ts'
import { countsText, laneTable, unreceived } from './lane-table.ts'
import type { Restarted } from './restart.ts'
import type { Screen } from './screen.ts'
import type { Story } from './story.ts'
import { percent } from './percent.ts'
import { paragraph, renderTable } from './table.ts'

/** The results of a demonstration. */
export interface Ended {
  readonly seed: number
  readonly digest: string
  readonly results: readonly LaneResult[]
  /** Undefined where no shop had Homeostat. */
  readonly watched: Watched | undefined
  /** How late visits were begun, the 90th percentile. */
  readonly lateMs: number
  /** The share of the machine's cores that was idle while the load ran, the least of all groups. */
  readonly idle: number
  /** A line for each promise that was not kept. */
  readonly missing: readonly string[]
}

export interface Watched {
  readonly story: Story
  readonly restarted: Restarted
}

/** A machine with room begins visits within a turn of the sender, which takes 5 ms. */
const BUSY_MS = 30

const EFFECTS =
  'Effects, with their 95 % intervals, are of the units with the action against those without it at the same time: keys, pages (the median time to make one; none is left out), lookups, and short slots of time. An action that always runs has no verdict.'
const WAITS = 'The waits (p50, p99) are those of all visits, also of those that ended with an error.'

export function printSummary(screen: Screen, ended: Ended): void {
  const { seed, digest, results, watched, missing } = ended
  const { width } = screen
  const lines = (text: readonly string[]): void => {
    for (const line of text) screen.line(line)
    screen.line()
  }
  screen.line()
  if (watched) {
    lines(actionTable(watched.story.chapters, width))
    lines(paragraph(EFFECTS, width))
    for (const text of adviceTexts(screen, watched.story)) lines(text)
    lines(knobTable(watched.restarted, width))
  }
  lines([...laneTable(results, watched?.story.followed !== undefined, width), ...paragraph(WAITS, width)])
  const busy = busyText(ended)
  if (busy !== undefined) lines(paragraph(busy, width))
  const [first] = results
  const lost = results.filter(result => unreceived(result) > 0)
  const isCounted = results.every(result => result.received !== undefined)
  const received = results.length > 1 ? 'All shops received the same visits' : 'The shop received these visits'
  const same = lost.length === 0 && isCounted ? received : 'These visits were sent'
  if (first) lines([`${same} (seed ${seed}, ${digest}):`, ...paragraph(countsText(first.sent), width)])
  if (lost.length > 0) {
    const counts = lost.map(result => `${result.lane} ${unreceived(result).toLocaleString('en-US')}`).join(', ')
    lines(paragraph(`Visitors gave up before they reached a shop that had no time for them: ${counts}.`, width))
  }
  for (const line of missing)
    for (const part of paragraph(`MISSING: ${line}`, width)) screen.line(screen.style('red', part))
  if (watched === undefined) screen.line('Nothing was promised of Homeostat: no shop had it.')
  else if (missing.length === 0) screen.line(screen.style('green', 'All that was promised has happened.'))
}

/** A statement that is wrapped is the same statement. */
function adviceTexts(screen: Screen, { statements, followed }: Story): readonly (readonly string[])[] {
  const { width } = screen
  return statements.map(({ what, statement }) => [
    ...paragraph(`Advice: ${what}`, width).map(line => screen.style('bold', line)),
    ...paragraph(statement!, width, '  '),
    ...(what === followed?.what ? ['  Homeostat is not allowed to run this here. A person did.'] : []),
  ])
}

/** Says that waits and errors include time without a core; undefined if the machine had room. */
function busyText({ lateMs, idle, results }: Pick<Ended, 'lateMs' | 'idle' | 'results'>): string | undefined {
  const signs = [
    ...(wasShort(idle) ? [`its cores were in use for ${percent(1 - idle)} of the time`] : []),
    ...(lateMs > BUSY_MS ? [`one visit of ten began ${Math.round(lateMs)} ms late or more`] : []),
  ]
  if (signs.length === 0) return undefined
  const waited =
    results.length > 1
      ? 'shops waited for a core, and one shop may have waited longer than another'
      : 'the shop waited for a core'
  return `The machine was busy: ${signs.join(', and ')}. The waits and errors above include time in which ${waited}.`
}

function knobTable({ knobs, backAfterMs }: Restarted, width: number): readonly string[] {
  const shown = (value: number | null | undefined): string => (value == null ? '-' : String(value))
  const back =
    backAfterMs === undefined ? 'not all of them were back' : `all back ${(backAfterMs / 1000).toFixed(1)} s later`
  const rows = knobs.map(({ name, before, atKill, after }) => [name, shown(before), shown(atKill), shown(after)])
  return [
    `Knobs across kill -9 and the next start: ${back}`,
    ...renderTable(['knob', 'before', 'at kill -9', 'restarted'], rows, width),
  ]
}
