import type { OwnJudgement } from '../words/receipt.ts'

/** What an action that judges its own changes has found. */
export interface OwnFindings extends OwnJudgement {
  /** How many trials it has judged; `verdict` and `reason` are those of the last one. */
  readonly trials: number
}

/** The verdicts of an action on its own changes, where it gives any. */
export class OwnVerdicts {
  /** What it compares, in one sentence. */
  readonly estimand: string | undefined
  found: OwnFindings | undefined

  constructor(estimand: string | undefined) {
    this.estimand = estimand
  }

  /** Whether the action judges, so that the loop has nothing to compare. */
  get areThere(): boolean {
    return this.estimand !== undefined || this.found !== undefined
  }

  /** `by the action's own comparison, the last of 3 trials: 53.9 -> 0.12 ms ...`, and before the first one, what it will compare. */
  get text(): string {
    if (this.found === undefined)
      return `the action judges each of its changes itself, and has made none so far: it compares ${this.estimand}`
    const { trials, reason } = this.found
    return `by the action's own comparison, ${trials === 1 ? 'the only trial' : `the last of ${trials} trials`}: ${reason}`
  }

  note({ verdict, reason }: OwnJudgement): void {
    this.found = { verdict, reason, trials: (this.found?.trials ?? 0) + 1 }
  }
}
