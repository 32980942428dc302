import type { Advice, AdviceGiven, Firing, LedgerEntry, Receipt, Trial } from 'homeostat'
import type { ArmSizes } from '../knobs/arm-counts.ts'
import { outcomeText, receiptOf } from './trial-texts.ts'

export type KnownEffect = LedgerEntry['effects'][number]

/** Whether a person followed the advice, and why not. */
export type Follower =
  | { readonly followed: Advice; readonly why?: undefined }
  | { readonly followed?: undefined; readonly why: string }

/** Something that the demonstration promises of an alert and an action. */
export interface Promised {
  readonly alert: string
  /** Without one, the alert itself is promised. */
  readonly action?: string
  /**
   * `advice`: it names a statement to run, and a person runs it. `receipt`: it does something; it is never withheld, so there is no verdict. `effective`: its trial
   * says so. `no credit`: it has a trial, and is called neither effective nor harmful. `verdict`: it has a trial that ends with a verdict, and is not called
   * harmful. `reverted`: a guard ends it.
   */
  readonly ends?: 'advice' | 'receipt' | 'effective' | 'no credit' | 'verdict' | 'reverted'
  /** What the receipt must say. */
  readonly did?: (receipt: Receipt) => boolean
}

/** In the order of the table at the end. */
export const PROMISED: readonly Promised[] = [
  {
    alert: 'CacheHitRatioLow',
    action: 'cache.warm',
    ends: 'effective',
    did: receipt => (receipt.effects['loaded'] ?? 0) > 0,
  },
  { alert: 'FlashCrowd', action: 'shop.offersPerPage', ends: 'effective' },
  { alert: 'CacheHitRatioLow', action: 'shop.placebo', ends: 'no credit' },
  { alert: 'ProductsAreViewed', action: 'shop.recommendations', ends: 'reverted' },
  {
    alert: 'MemoryPressure',
    action: 'memory.cleanup',
    ends: 'receipt',
    did: receipt => (receipt.effects['entries'] ?? 0) > 0,
  },
  // How much it helps depends on how many invoices come at once, which a busy machine hides.
  { alert: 'JobsDelayLoop', action: 'queue.rescheduleHeavyTasks', ends: 'verdict' },
  { alert: 'SlowQueries', action: 'query.optimize', ends: 'advice' },
  // Which response to it runs depends on how busy the machine is; the alert has to show.
  { alert: 'QueueBacklog' },
]

/** One promise and what has become of it. */
export interface Chapter {
  readonly promised: Promised
  /** The first firing. */
  readonly firing: Firing | undefined
  /** The alert's value when it was last seen. */
  readonly lastValue: number | undefined
  readonly trials: readonly Trial[]
  /** Why the action was refused when that was last so. */
  readonly refused: string | undefined
  /** The first run that did something, else the latest. */
  readonly trial: Trial | undefined
  /** For an action that only advises: the first run that named a statement, else the latest. */
  readonly given: AdviceGiven | undefined
  readonly follower: Follower | undefined
  /** What is known of the effect from this trial. */
  readonly effect: KnownEffect | undefined
  /** The units of both halves that were compared; undefined where they are not counted, or there is no verdict. */
  readonly arms: ArmSizes | undefined
}

/** Why the promise was not kept, in one line; undefined where it was. */
export function missingOf(chapter: Chapter): string | undefined {
  const { promised, firing, trial, trials, given } = chapter
  const { alert, action, ends, did } = promised
  if (firing === undefined) return `expected ${alert} to fire, and it did not`
  if (action === undefined) return undefined
  if (ends === 'advice') return given === undefined ? didNotRun(chapter) : missingAdvice(chapter, given)
  if (trial === undefined) return didNotRun(chapter)
  if (trial.state === 'running') return `expected ${action} to end, and it still runs`
  const receipt = receiptOf(trial)
  if (receipt === undefined || did?.(receipt) === false)
    return `expected ${action} to do something about ${alert}, and it did not: ${outcomeText(trial)}`
  return missingEnd(promised, trial, trials)
}

function missingAdvice({ promised: { action, alert }, follower }: Chapter, given: AdviceGiven): string | undefined {
  if (!given.advice.some(hasStatement))
    return `expected ${action} to name a statement for ${alert}, and it did not: ${given.summary}`
  if (follower?.followed !== undefined) return undefined
  const why = follower?.why ?? 'it came too late'
  return `expected a person to follow the advice of ${action} for ${alert}, and that did not happen: ${why}`
}

/** Whether the advice names a statement to run. */
export function hasStatement({ statement }: Advice): boolean {
  return statement !== undefined
}

/** Whether the promise was kept, or will not be kept any more. */
export function isSettled(chapter: Chapter): boolean {
  if (missingOf(chapter) === undefined) return true
  const isRefused = chapter.promised.ends === 'advice' && chapter.follower?.why !== undefined
  return isRefused || (chapter.trial !== undefined && verdictOf(chapter.trial) !== undefined)
}

function didNotRun({ promised: { alert, action }, refused }: Chapter): string {
  return `expected ${action} to run for ${alert}, and it did not${refused === undefined ? '' : `: ${refused}`}`
}

/** The first run that was called to have done something, which a placebo never has. */
export function creditedOf(trials: readonly Trial[]): Trial | undefined {
  return trials.find(trial => ['effective', 'harmful'].includes(verdictOf(trial) ?? ''))
}

function missingEnd({ action, ends }: Promised, trial: Trial, trials: readonly Trial[]): string | undefined {
  const verdict = verdictOf(trial)
  if (ends === 'effective' && verdict !== 'effective')
    return `expected ${action} to be called effective, and it was not: ${whyNot(trial)}`
  const credited = ends === 'no credit' ? creditedOf(trials) : undefined
  if (credited)
    return `expected ${action}, which does nothing, to get no credit and no blame, and it was called ${whyNot(credited)}`
  if (ends === 'verdict' && verdict === 'harmful')
    return `expected ${action} to do no harm, and it was called ${whyNot(trial)}`
  if ((ends === 'no credit' || ends === 'verdict') && verdict === undefined)
    return `expected a verdict on ${action}, and there was none: ${whyNot(trial)}`
  if (ends === 'reverted' && revertedAfterMs(trials) === undefined)
    return `expected a guard to end ${action}, and it did not: ${whyNot(trial)}`
  return undefined
}

export function verdictOf(trial: Trial): string | undefined {
  return 'verdict' in trial ? trial.verdict : undefined
}

function whyNot(trial: Trial): string {
  return 'verdict' in trial ? `${trial.verdict}, ${trial.reason}` : `its trial is ${trial.state}`
}

/** How long after its decision a guard had the first of the trials reverted. */
export function revertedAfterMs(trials: readonly Trial[]): number | undefined {
  for (const trial of trials) {
    if (trial.state !== 'judged' || trial.reverted?.because !== 'guard breached') continue
    if (trial.reverted.result === 'restored') return trial.reverted.at - trial.startedAt
  }
  return undefined
}
