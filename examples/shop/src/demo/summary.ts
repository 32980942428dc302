import { actionTable } from './action-table.ts'
import type { LaneResult } from './demo-lane.ts'
import { countsText, laneTable, unreceived } from './lane-table.ts'
import type { Restarted } from './restart.ts'
import type { Screen } from './screen.ts'
import type { Story } from './story.ts'
import { renderTable } from './table.ts'

/** The results of a demonstration. */
export interface Ended {
  readonly seed: number
  readonly digest: string
  readonly results: readonly LaneResult[]
  /** Undefined where no shop had Homeostat. */
  readonly watched: Watched | undefined
  /** How late visits were begun, the 90th percentile. */
  readonly lateMs: number
  /** A line for each promise that was not kept. */
  readonly missing: readonly string[]
}

export interface Watched {
  readonly story: Story
  readonly restarted: Restarted
}

/** A machine with room begins visits within a turn of the sender, which takes 5 ms. */
const BUSY_MS = 30

export function printSummary(screen: Screen, { seed, digest, results, watched, missing, lateMs }: Ended): void {
  const { width } = screen
  const lines = (text: readonly string[]): void => {
    for (const line of text) screen.line(line)
    screen.line()
  }
  screen.line()
  if (watched) {
    const { story, restarted } = watched
    lines(actionTable(story.chapters, width))
    lines([
      'Effects, with their 95 % intervals, are of the keys or pages with the action',
      'against those without it at the same time. An action that always runs has no verdict.',
    ])
    for (const advice of story.advice.filter(({ statement }) => statement)) {
      screen.line(screen.style('bold', `Advice: ${advice.what}`))
      screen.line(`  ${advice.statement}`)
      if (advice.what === story.followed?.what)
        screen.line('  Homeostat is not allowed to run this here. A person did.')
      screen.line()
    }
    lines(knobTable(restarted, width))
  }
  lines(laneTable(results, watched?.story.followed !== undefined, width))
  if (lateMs > BUSY_MS)
    lines([
      `The machine is busy: one visit of ten began ${Math.round(lateMs)} ms late or more, so that the waits`,
      'above are not those of the shops alone.',
    ])
  const [first] = results
  const lost = results.filter(result => unreceived(result) > 0)
  const received = results.length > 1 ? 'All shops received the same visits' : 'The shop received these visits'
  const same = lost.length === 0 ? received : 'These visits were sent'
  if (first) lines([`${same} (seed ${seed}, ${digest}):`, countsText(first.sent)])
  if (lost.length > 0) {
    const counts = lost.map(result => `${result.lane} ${unreceived(result).toLocaleString('en-US')}`)
    lines([`Visitors gave up before they reached a shop that had no time for them: ${counts.join(', ')}.`])
  }
  for (const line of missing) screen.line(screen.style('red', `MISSING: ${line}`))
  if (watched === undefined) screen.line('Nothing was promised of Homeostat: no shop had it.')
  else if (missing.length === 0) screen.line(screen.style('green', 'All that was promised has happened.'))
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
