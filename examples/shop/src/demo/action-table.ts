import type { Chapter } from './promises.ts'
import { missingOf, revertedAfterMs, verdictOf } from './promises.ts'
import type { ShopKnobValues } from './restart.ts'
import { signalOf } from './signal-names.ts'
import { renderTable } from './table.ts'
import { receiptOf } from './trial-texts.ts'

/** What has become of each action: its arms, its effect with the interval, and the verdict. */
export function actionTable(
  chapters: readonly Chapter[],
  arms: ShopKnobValues['arms'],
  followed: boolean,
  width: number,
): readonly string[] {
  const rows = chapters
    .filter(({ promised }) => promised.action !== undefined)
    .map(chapter => [
      shortNameOf(chapter.promised.action!),
      armsOf(chapter, arms),
      effectOf(chapter),
      endOf(chapter, followed),
    ])
  return renderTable(['action', 'with : without', 'effect', 'verdict'], rows, width)
}

/** A screen of 80 columns has room for so much beside the rest. */
const NAME_WIDTH = 20

/** Without its domain, where it is long. */
function shortNameOf(action: string): string {
  return action.length > NAME_WIDTH ? action.slice(action.indexOf('.') + 1) : action
}

/** The sizes of both halves. */
function armsOf({ promised, trial }: Chapter, arms: ShopKnobValues['arms']): string {
  if (promised.ends === 'advice') return 'advice'
  if (promised.ends === 'receipt' || promised.ends === 'reverted') return 'all : none'
  // Its halves are slots of time, which take turns.
  if (promised.ends === 'verdict') return trial === undefined ? '-' : 'by turns'
  const { effects = {} } = (trial && receiptOf(trial)) ?? {}
  const dealt = effects['heldOut'] === undefined ? undefined : [total(effects) - effects['heldOut'], effects['heldOut']]
  const known = arms[promised.action!]
  const [act, control] = dealt ?? [known?.act ?? 0, known?.control ?? 0]
  return `${count(act!)} : ${count(control!)}`
}

function effectOf({ effect }: Chapter): string {
  if (effect === undefined) return '-'
  const [low, high] = effect.interval
  return `${signed(effect.effect)}% (${signed(low)}..${signed(high)})`
}

function endOf(chapter: Chapter, followed: boolean): string {
  const { promised, trial, trials, given, refused } = chapter
  if (promised.ends === 'advice') return `${given?.summary ?? 'not given'}${followed ? '; a person followed it' : ''}`
  if (trial === undefined) return `did not run${refused === undefined ? '' : `: ${refused}`}`
  if (promised.ends === 'receipt') return `by its receipt: ${receiptOf(trial)?.summary ?? 'none'}`
  const revertedMs = revertedAfterMs(trials)
  if (promised.ends === 'reverted' && revertedMs !== undefined)
    return `reverted after ${(revertedMs / 1000).toFixed(1)} s, by its guard`
  const verdict = verdictOf(trial) ?? `none yet (${trial.state})`
  if (promised.ends === 'no credit') return `${verdict}${meanwhile(chapter)}`
  const isPlain = missingOf(chapter) === undefined
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

function count(value: number): string {
  return value.toLocaleString('en-US')
}
