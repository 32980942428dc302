import type { Advice, AdviceGiven, Firing, LedgerEntry, Trial } from 'homeostat'
import type { Chapter, Follower, KnownEffect, Promised } from './promises.ts'
import type { ArmCounts } from '../knobs/arm-counts.ts'
import { TrialArmSizes } from './arm-sizes.ts'
import { PROMISED, hasStatement, isSettled, missingOf } from './promises.ts'
import { receiptOf } from './trial-texts.ts'

/** Follows the ledger and knows what has become of each promise. */
export class Story {
  readonly #firings = new Map<string, { readonly first: Firing; last: Firing }>()
  readonly #trials = new Map<string, Trial>()
  /** By the trial from which they are known. */
  readonly #effects = new Map<string, KnownEffect>()
  readonly #arms = new TrialArmSizes()
  readonly #given: AdviceGiven[] = []
  readonly #refused = new Map<string, string>()

  #follower: Follower | undefined

  /** @param counts - the units of the halves of trials so far */
  read(entry: LedgerEntry, counts: ArmCounts = {}): void {
    const { firings, refusals, started, withheld, ended, advised, verdicts, reverted, effects } = entry
    for (const firing of firings) {
      const known = this.#firings.get(firing.alert)
      if (known) known.last = firing
      else this.#firings.set(firing.alert, { first: firing, last: firing })
    }
    this.#given.push(...advised)
    for (const { firing, response, reason, detail } of refusals)
      if (response) this.#refused.set(`${response.action} ${firing.alert}`, `${reason} (${detail})`)
    const inOrder = [...started, ...withheld, ...ended, ...verdicts, ...reverted]
    for (const trial of inOrder) this.#trials.set(trial.id, trial)
    for (const { id, action, alert } of verdicts) {
      const effect = effects.find(its => its.action === action && its.alert === alert)
      if (effect) this.#effects.set(id, effect)
    }
    this.#arms.read(entry, counts)
  }

  /** Notes whether a person followed the advice. */
  followedBy(follower: Follower): void {
    this.#follower = follower
  }

  get chapters(): readonly Chapter[] {
    return PROMISED.map(each => this.#chapter(each))
  }

  /** The advice that a person is to follow, as far as it names a statement to run. */
  get statements(): readonly Advice[] {
    return this.#given
      .filter(({ action, alert }) =>
        PROMISED.some(each => each.ends === 'advice' && each.action === action && each.alert === alert),
      )
      .flatMap(({ advice }) => advice.filter(hasStatement))
  }

  /** The advice that a person has followed. */
  get followed(): Advice | undefined {
    return this.#follower?.followed
  }

  /** True when each promise was kept, or will not be kept any more. */
  get isOver(): boolean {
    return this.chapters.every(isSettled)
  }

  /** A line for each promise that was not kept. */
  get missing(): readonly string[] {
    return this.chapters.flatMap(chapter => missingOf(chapter) ?? [])
  }

  #chapter(promised: Promised): Chapter {
    const { alert, action, did } = promised
    const firings = this.#firings.get(alert)
    const trials = [...this.#trials.values()].filter(trial => trial.action === action && trial.alert === alert)
    const isDone = (trial: Trial): boolean => {
      const receipt = receiptOf(trial)
      return receipt !== undefined && (did?.(receipt) ?? true)
    }
    const ofAlert = this.#given.filter(given => given.action === action && given.alert === alert)
    const trial = trials.find(isDone) ?? trials.at(-1)
    return {
      promised,
      firing: firings?.first,
      lastValue: firings?.last.value,
      trials,
      refused: this.#refused.get(`${action} ${alert}`),
      trial,
      given: ofAlert.find(({ advice }) => advice.some(hasStatement)) ?? ofAlert.at(-1),
      follower: this.#follower,
      effect: trial && this.#effects.get(trial.id),
      arms: trial && this.#arms.of(trial.id),
    }
  }
}
