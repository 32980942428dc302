import type { Advice, AdviceGiven, Firing, LedgerEntry, Receipt, Trial } from 'homeostat'
import { outcomeText } from './trial-texts.ts'

/** Something the troubles must lead to. */
interface Expected {
  readonly alert: string
  /** Without one, the alert itself is what is expected. */
  readonly action?: string
  /** Whether the action only advises: it must name a statement to run. */
  readonly advises?: boolean
  /** What the receipt must say. */
  readonly did?: (receipt: Receipt) => boolean
}

const expected: readonly Expected[] = [
  {
    alert: 'SlowQueries',
    action: 'query.optimize',
    advises: true,
  },
  { alert: 'CacheHitRatioLow', action: 'cache.warm', did: receipt => (receipt.effects['loaded'] ?? 0) > 0 },
  { alert: 'MemoryPressure', action: 'memory.cleanup', did: receipt => (receipt.effects['entries'] ?? 0) > 0 },
  // Which response to it runs depends on how busy the machine is; the alert has to show.
  { alert: 'QueueBacklog' },
]

/** One expectation and what has become of it. */
export interface Chapter {
  readonly alert: string
  readonly action: string | undefined
  /** The first firing. */
  readonly firing: Firing | undefined
  /** The alert's value when it was last seen. */
  readonly lastValue: number | undefined
  /** The first run that did something, else the latest. */
  readonly trial: Trial | undefined
  /** For an action that only advises: the first run that named a statement, else the latest. */
  readonly given: AdviceGiven | undefined
  readonly isFulfilled: boolean
}

/** Follows the ledger and knows what is still missing. */
export class Story {
  readonly #firings = new Map<string, { readonly first: Firing; last: Firing }>()
  readonly #trials = new Map<string, Trial>()
  readonly #given: AdviceGiven[] = []

  read({ firings, started, withheld, ended, advised, verdicts, reverted }: LedgerEntry): void {
    for (const firing of firings) {
      const known = this.#firings.get(firing.alert)
      if (known) known.last = firing
      else this.#firings.set(firing.alert, { first: firing, last: firing })
    }
    this.#given.push(...advised)
    const inOrder = [...started, ...withheld, ...ended, ...verdicts, ...reverted]
    for (const trial of inOrder) this.#trials.set(trial.id, trial)
  }

  get chapters(): readonly Chapter[] {
    return expected.map(each => this.#chapter(each))
  }

  get advice(): readonly Advice[] {
    return this.#given.flatMap(({ advice }) => advice)
  }

  /** True when everything has happened and been judged. */
  get isComplete(): boolean {
    return this.chapters.every(
      ({ isFulfilled, trial }) =>
        isFulfilled && (trial === undefined || trial.state === 'judged' || trial.state === 'kept'),
    )
  }

  /** A line for each expectation that was not met. */
  get missing(): readonly string[] {
    return this.chapters.filter(chapter => !chapter.isFulfilled).map(describeMissing)
  }

  #chapter({ alert, action, did, advises }: Expected): Chapter {
    const firings = this.#firings.get(alert)
    const trials = [...this.#trials.values()].filter(trial => trial.action === action && trial.alert === alert)
    const isDone = (trial: Trial): boolean => {
      const receipt = receiptOf(trial)
      return receipt !== undefined && (did?.(receipt) ?? true)
    }
    const trial = trials.find(isDone) ?? trials.at(-1)
    const ofAlert = this.#given.filter(given => given.action === action && given.alert === alert)
    const given = ofAlert.find(hasStatement) ?? ofAlert.at(-1)
    const hasDone = advises ? given !== undefined && hasStatement(given) : trial !== undefined && isDone(trial)
    return {
      alert,
      action,
      firing: firings?.first,
      lastValue: firings?.last.value,
      trial,
      given,
      isFulfilled: action === undefined ? firings !== undefined : hasDone,
    }
  }
}

function hasStatement({ advice }: AdviceGiven): boolean {
  return advice.some(({ statement }) => statement !== undefined)
}

export function receiptOf(trial: Trial): Receipt | undefined {
  return trial.state !== 'running' && trial.outcome.status === 'completed' ? trial.outcome.receipt : undefined
}

function describeMissing({ alert, action, firing, trial, given }: Chapter): string {
  if (firing === undefined) return `expected ${alert} to fire, and it did not`
  if (given) return `expected ${action} to name a statement for ${alert}, and it did not: ${given.summary}`
  if (trial === undefined) return `expected ${action} to run for ${alert}, and it did not`
  if (trial.state === 'running') return `expected ${action} to end, and it still runs`
  return `expected ${action} to do something about ${alert}, and it did not: ${outcomeText(trial)}`
}
