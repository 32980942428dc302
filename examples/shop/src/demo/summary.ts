import type { Advice } from 'homeostat'
import type { Screen } from './screen.ts'
import { signalOf } from './signal-names.ts'
import type { Chapter, Story } from './story.ts'
import { receiptOf } from './story.ts'
import { renderTable } from './table.ts'
import { beforeAfter } from './trial-texts.ts'

export interface SummaryOptions {
  readonly story: Story
  readonly shopUrl: string
  readonly isWatching: boolean
  /** The advice that was followed by a person, not by Homeostat. */
  readonly followed: Advice | undefined
}

export function printSummary(screen: Screen, { story, shopUrl, isWatching, followed }: SummaryOptions): void {
  screen.line()
  const rows = story.chapters.map(rowOf)
  for (const line of renderTable(['signal', 'before', 'after', 'action', 'receipt'], rows, screen.width))
    screen.line(line)
  screen.line()
  screen.line(
    'Before and after are of one run each, without controls: shown, and not evidence that the action was the cause.',
  )
  screen.line('A verdict takes at least 6 runs and 6 that were withheld at random, for which two minutes have no room.')
  for (const advice of story.advice) {
    screen.line()
    screen.line(screen.style('bold', `Advice: ${advice.what}`))
    screen.line(`  why: ${advice.why}`)
    if (advice.statement) screen.line(`  ${advice.statement}`)
    if (advice.what === followed?.what)
      screen.line('  Homeostat never runs this. In this demonstration a person did, so its "after" is theirs.')
  }
  screen.line()
  for (const line of story.missing) screen.line(screen.style('red', `MISSING: ${line}`))
  if (story.missing.length === 0) screen.line(screen.style('green', 'Everything that was expected has happened.'))
  if (isWatching)
    screen.line(`Still running. Metrics: ${shopUrl}/metrics   Numbers now: ${shopUrl}/performance   End: Ctrl-C`)
  else screen.line('To look at /metrics and /performance while it runs: npm start -- --watch')
}

function rowOf({ alert, action, firing, lastValue, trial, given }: Chapter): string[] {
  if (firing === undefined) return [alert, '', '', action ?? '', 'did not fire']
  const { name, format } = signalOf(alert, firing.labels)
  const shown = (value: number | undefined): string => (value === undefined ? '' : format(value))
  if (action === undefined)
    return [name, shown(firing.value), shown(lastValue), 'see above', 'the alert is what this demonstration expects']
  if (given) return [name, shown(firing.value), shown(lastValue), action, given.summary]
  const { before = firing.value, after } = trial ? beforeAfter(trial) : {}
  return [name, shown(before), shown(after), action, (trial && receiptOf(trial)?.summary) ?? 'did not run']
}
