import type { Advice, AdviceGiven, Firing, LedgerEntry, Trial } from 'homeostat'
import type { Chapter, KnownEffect, Promised } from './promises.ts'
import { PROMISED, missingOf, verdictOf } from './promises.ts'
import { receiptOf } from './trial-texts.ts'

/** Follows the ledger and knows what has become of each promise. */
export class Story {
  readonly #firings = new Map<string, { readonly first: Firing; last: Firing }>()
  readonly #trials = new Map<string, Trial>()
  readonly #effects = new Map<string, KnownEffect>()
  readonly #given: AdviceGiven[] = []
  readonly #refused = new Map<string, string>()

  read({ firings, refusals, started, withheld, ended, advised, verdicts, reverted, effects }: LedgerEntry): void {
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
    for (const effect of effects) this.#effects.set(`${effect.action} ${effect.alert}`, effect)
  }

  get chapters(): readonly Chapter[] {
    return PROMISED.map(each => this.#chapter(each))
  }

  get advice(): readonly Advice[] {
    return this.#given.flatMap(({ advice }) => advice)
  }

  /** True when each promise was kept, or will not be kept any more. */
  get isOver(): boolean {
    return this.chapters.every(
      chapter => missingOf(chapter) === undefined || (chapter.trial && verdictOf(chapter.trial)) !== undefined,
    )
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
    return {
      promised,
      firing: firings?.first,
      lastValue: firings?.last.value,
      trials,
      refused: this.#refused.get(`${action} ${alert}`),
      trial: trials.find(isDone) ?? trials.at(-1),
      given: ofAlert.find(hasStatement) ?? ofAlert.at(-1),
      effect: this.#effects.get(`${action} ${alert}`),
    }
  }
}

function hasStatement({ advice }: AdviceGiven): boolean {
  return advice.some(({ statement }) => statement !== undefined)
}
