import type { ArmSizes } from '../knobs/arm-counts.ts'
import type { Chapter } from './promises.ts'
import { missingOf, revertedAfterMs, verdictOf } from './promises.ts'
import { signalOf } from './signal-names.ts'
import { renderTable } from './table.ts'
import { receiptOf } from './trial-texts.ts'

/** What has become of each action: its arms, its effect with the interval, and the verdict. */
export function actionTable(chapters: readonly Chapter[], width: number): readonly string[] {
  const rows = chapters
    .filter(({ promised }) => promised.action !== undefined)
    .map(chapter => [shortNameOf(chapter.promised.action!), armsOf(chapter), effectOf(chapter), endOf(chapter)])
  return renderTable(['action', 'with : without', 'effect', 'verdict'], rows, width)
}

/** A screen of 80 columns has room for so much beside the rest. */
const NAME_WIDTH = 20

/** Without its domain, where it is long. */
function shortNameOf(action: string): string {
  return action.length > NAME_WIDTH ? action.slice(action.indexOf('.') + 1) : action
}

/** The sizes of both halves, as they were compared. */
function armsOf({ promised, trial, arms }: Chapter): string {
  if (promised.ends === 'advice') return 'advice'
  if (promised.ends === 'receipt' || promised.ends === 'reverted') return 'all : none'
  // Slots of time are counted in milliseconds.
  if (arms) return promised.ends === 'verdict' ? bothOf(arms, seconds) : bothOf(arms, count)
  const { effects = {} } = (trial && receiptOf(trial)) ?? {}
  const { heldOut } = effects
  return heldOut === undefined ? '-' : bothOf({ act: total(effects) - heldOut, control: heldOut }, count)
}

function bothOf({ act, control }: ArmSizes, shown: (size: number) => string): string {
  return `${shown(act)} : ${shown(control)}`
}

function effectOf({ effect }: Chapter): string {
  if (effect === undefined) return '-'
  const [low, high] = effect.interval
  return `${signed(effect.effect)}% (${signed(low)}..${signed(high)})`
}

function endOf(chapter: Chapter): string {
  const { promised, trial, trials, given, refused, follower } = chapter
  if (promised.ends === 'advice')
    return `${given?.summary ?? 'not given'}${follower?.followed ? '; a person followed it' : ''}`
  if (trial === undefined) return `did not run${refused === undefined ? '' : `: ${refused}`}`
  if (promised.ends === 'receipt') return `by its receipt: ${receiptOf(trial)?.summary ?? 'none'}`
  const revertedMs = revertedAfterMs(trials)
  if (promised.ends === 'reverted' && revertedMs !== undefined)
    return `reverted after ${(revertedMs / 1000).toFixed(1)} s, by its guard`
  const verdict = verdictOf(trial) ?? `none yet (${trial.state})`
  if (promised.ends === 'no credit') return `${verdict}${meanwhile(chapter)}`
  // An open question needs its reason, also where it keeps the promise.
  const isPlain = missingOf(chapter) === undefined && verdict !== 'inconclusive'
  return `${verdict}${trial.state === 'kept' ? ', kept' : ''}${isPlain || !('reason' in trial) ? '' : `: ${trial.reason}`}`
}

/** The change that a look at before and after would credit. */
function meanwhile({ firing, lastValue }: Chapter): string {
  if (firing === undefined || lastValue === undefined) return ''
  const { name, format } = signalOf(firing.alert, firing.labels)
  return `; the ${name} went from ${format(firing.value)} to ${format(lastValue)} meanwhile`
}

function total({
  loaded = 0,
  skipped = 0,
  missing = 0,
  failed = 0,
  heldOut = 0,
}: Readonly<Record<string, number>>): number {
  return loaded + skipped + missing + failed + heldOut
}

function signed(share: number): string {
  const percent = Math.round(share * 100)
  return `${percent > 0 ? '+' : ''}${percent}`
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
