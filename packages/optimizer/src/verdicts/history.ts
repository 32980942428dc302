import { harmfulByGuards } from './harmful-by-guards.ts'
import { advanceStanding, freshStanding } from './standing.ts'
import type { Quarantine, Standing, StandingEvent } from './standing.ts'
import type { Arm, ArmState, Episode, Judgement as Statistics, JudgeInput } from '@homeostat/judge'
import { drawArm, judge, progress } from '@homeostat/judge'
import type { Response } from '../words/response.ts'
import type { SavedHistory } from './saved-history.ts'
import type { Trial } from '../words/trial.ts'
import type { TrialDesign } from '../words/trial-design.ts'
import { judgeDesign } from './design-verdict.ts'
import { planTrial, verifyingTimes } from '../words/trial-design.ts'
import type { Judgement } from '../words/verdict.ts'
import { isEmptyReceipt } from '../words/receipt.ts'

/** Episodes of one generation: enough for the last look at 48 per side, and for one at 12 in the hold-out's tenth. */
const MOST_EPISODES = 200
const MOST_SHADOWS = 48
const LAST_LOOK = 48
/** Two breaches in runs and fewer in controls do not prove harm, but are reason enough to stop. */
const MOST_BREACHES = 2
/** An action that cannot be run proves nothing, and withholding it meanwhile proves no more. */
const MOST_FAILURES = 5

export interface HistoryOptions {
  readonly alert: string
  readonly action: string
  /** Changes with the rule and the response. */
  readonly version: string
  readonly response: Response
  /** Time between ticks; says how many values a window holds. */
  readonly intervalMs: number
  readonly random: () => number
}

/** All trials of one rule and action. Verdicts come from here: a single triggered trial proves nothing. */
export class History {
  readonly alert: string
  readonly action: string
  readonly version: string
  readonly #options: HistoryOptions
  #arms: ArmState | undefined
  #acts: Episode[] = []
  #controls: Episode[] = []
  /** Episodes of the time in which it was only advised: they plan a trial and prove nothing. */
  readonly #shadows: Episode[] = []
  readonly #breaches = { act: 0, control: 0 }
  readonly #trials = { act: 0, control: 0 }
  #standing: Standing
  #statistics: Statistics | undefined
  /** The last verdict that decided; it holds until a later generation of episodes says otherwise. */
  #decided: Statistics | undefined
  #news: Quarantine | undefined
  #hasDesigned = false
  /** Runs in a row that failed. */
  #failures = 0

  constructor(options: HistoryOptions) {
    this.#options = options
    this.alert = options.alert
    this.action = options.action
    this.version = options.version
    this.#standing = freshStanding(options.version)
  }

  get response(): Response {
    return this.#options.response
  }

  /** Whether runs may be withheld at random. Without an expectation there is nothing to compare. */
  get isRandomised(): boolean {
    const { expect, priority, withhold = true } = this.#options.response
    return expect !== undefined && priority !== 'safety' && withhold
  }

  /** Why there will never be a verdict on the effect; undefined where there will. */
  get withoutVerdict(): string | undefined {
    if (this.isRandomised) return undefined
    return this.#options.response.expect === undefined
      ? 'the response expects no change, so no effect can be measured; add `expect`'
      : 'no effect verdict: this response is never withheld, so there are no controls; see its receipt and its guards'
  }

  get standing(): Standing {
    return this.#standing
  }

  /** The judge's word: the last that decided, else the last; undefined before the first trial. */
  get statistics(): Statistics | undefined {
    return this.#decided ?? this.#statistics
  }

  get counts(): { readonly acts: number; readonly controls: number; readonly shadows: number } {
    return { acts: this.#acts.length, controls: this.#controls.length, shadows: this.#shadows.length }
  }

  /** Whether the next run is made or withheld. */
  draw(): Arm {
    if (!this.isRandomised) return 'act'
    const drawn = drawArm(this.#arms, this.#decided ? 'settled' : 'undecided', this.#options.random)
    this.#arms = drawn.state
    return drawn.arm
  }

  /** How the next trial answers by itself; once a generation, while there is no verdict. */
  takeDesign(now: number): TrialDesign | undefined {
    const { response, random } = this.#options
    // A split withholds nothing from the process as a whole, so that a safety response may have one too.
    const mayAnswer = this.isRandomised || (response.design?.kind === 'split' && response.priority === 'safety')
    if (!mayAnswer || !response.expect || this.#decided || this.#hasDesigned) return undefined
    const design = planTrial(response, now, random)
    this.#hasDesigned = design !== undefined
    return design
  }

  /** The quarantine that began since this was last asked. */
  takeQuarantine(): Quarantine | undefined {
    const news = this.#news
    this.#news = undefined
    return news
  }

  /**
   * Takes a trial that is over and says what is known by now.
   *
   * @param isBreached - whether {@link breach} has counted it already
   */
  judge(
    trial: Trial & { readonly state: Exclude<Trial['state'], 'running'> },
    now: number,
    isBreached: boolean = false,
  ): Judgement {
    const { outcome, arm } = trial
    if (outcome.status === 'withheld' || outcome.status === 'completed') {
      if (outcome.status === 'completed') this.#failures = 0
      if (outcome.status === 'completed' && isEmptyReceipt(outcome.receipt))
        return { verdict: 'noop', reason: 'the receipt reports no effect' }
      if (arm === 'shadow') {
        if (this.#shadows.length >= MOST_SHADOWS) this.#shadows.shift()
        this.#remember(this.#shadows, trial)
        return { verdict: 'inconclusive', reason: this.progress(now) }
      }
      if (!isBreached) this.#trials[arm]++
      const judgement = trial.design ? this.#judgeDesign(trial, trial.design, now) : this.#judgeEpisode(trial, arm, now)
      if (arm === 'act') this.advance({ type: 'judged', verdict: judgement.verdict }, now)
      return judgement
    }
    if (++this.#failures === MOST_FAILURES) this.#quarantine(`its last ${MOST_FAILURES} runs failed`, now)
    return { verdict: 'failed', reason: outcome.error }
  }

  /** A guard was breached in a trial. */
  breach(trial: Trial, now: number): void {
    if (trial.arm === 'shadow') return
    this.#breaches[trial.arm]++
    // At once: it may be cut short and never be judged, and there must not be more breaches than trials. A change that
    // was kept has been counted with its verdict.
    if (trial.state !== 'kept' || this.#trials[trial.arm] < this.#breaches[trial.arm]) this.#trials[trial.arm]++
    const { act, control } = this.#breaches
    if (trial.arm === 'act' && act >= MOST_BREACHES && act > control) {
      const runs = `${act} of ${this.#trials.act} runs`
      this.#quarantine(`its guards were breached in ${runs} and in ${control} of ${this.#trials.control} controls`, now)
    }
  }

  /** A step of its standing, e.g. a person's reset. */
  advance(event: StandingEvent, now: number): void {
    const before = this.#standing.quarantine
    this.#standing = advanceStanding(this.#standing, event, now, { version: this.version })
    const { quarantine } = this.#standing
    if (quarantine && quarantine !== before) {
      this.#news = quarantine
      this.#beginAgain()
    }
    if (event.type === 'reset') this.#beginAgain()
  }

  /** What a verdict still needs and when to expect it; before the first trial, what one would take. */
  progress(now: number): string {
    const { withoutVerdict } = this
    if (withoutVerdict !== undefined) return withoutVerdict
    const { acts, controls } = this.counts
    if (acts + controls > 0 || this.#shadows.length === 0) return progress(this.#input, now)
    const shadows = { ...this.#input, controls: this.#shadows }
    return `in mode advise it would have run ${this.#shadows.length} times; a trial: ${progress(shadows, now)}`
  }

  save(): SavedHistory {
    return {
      version: this.version,
      arms: this.#arms,
      acts: [...this.#acts],
      controls: [...this.#controls],
      breaches: { ...this.#breaches },
      trials: { ...this.#trials },
      standing: this.#standing,
      decided: this.#decided,
    }
  }

  restore({ arms, acts, controls, breaches, trials, standing, decided }: SavedHistory): void {
    this.#arms = arms
    this.#acts = [...acts]
    this.#controls = [...controls]
    Object.assign(this.#breaches, breaches)
    Object.assign(this.#trials, trials)
    this.#standing = standing
    this.#decided = decided
  }

  #remember(episodes: Episode[], { startedAt, before, after, response }: Trial): void {
    if (response.expect === undefined) return
    const { from, until } = verifyingTimes({ startedAt, response })
    const expected = Math.max(1, Math.floor((until - from) / this.#options.intervalMs))
    episodes.push({ at: startedAt, before, after: [...after], expected })
  }

  #judgeEpisode(trial: Trial, arm: Arm, now: number): Judgement {
    this.#remember(arm === 'act' ? this.#acts : this.#controls, trial)
    return this.#judgement(now)
  }

  #judgeDesign(trial: Trial, design: TrialDesign, now: number): Judgement {
    const found = judgeDesign(trial, design)
    if (found.verdict !== 'inconclusive') this.#decided = found
    if (found.verdict === 'harmful') this.#quarantine(found.reason, now)
    return found
  }

  #judgement(now: number): Judgement {
    const { withoutVerdict } = this
    if (withoutVerdict !== undefined) return { verdict: 'inconclusive', reason: withoutVerdict }
    const { act, control } = this.#breaches
    const harm = harmfulByGuards(act, this.#trials.act, control, this.#trials.control)
    if (harm.harmful) {
      this.#quarantine(harm.reason, now)
      return { verdict: 'harmful', reason: harm.reason }
    }
    const found = (this.#statistics = this.#compare())
    if (found.verdict !== 'inconclusive') this.#decided = found
    else if (found.statistics.look === LAST_LOOK && !this.#decided)
      this.#quarantine(
        `after ${LAST_LOOK} runs and ${LAST_LOOK} controls there is still no verdict: ${found.reason}`,
        now,
      )
    if (found.verdict === 'harmful') this.#quarantine(found.reason, now)
    else if (this.#acts.length + this.#controls.length >= MOST_EPISODES) this.#beginAnew()
    const { verdict, reason } = this.#decided ?? found
    return { verdict, reason: verdict === 'inconclusive' ? this.progress(now) : reason }
  }

  #quarantine(reason: string, now: number): void {
    this.advance({ type: 'unfit', reason }, now)
  }

  /** Begins again after a quarantine: the earlier verdict stays known, but only new episodes can confirm it. */
  #beginAgain(): void {
    this.#statistics = this.statistics
    this.#decided = undefined
    this.#arms = undefined
    this.#beginAnew()
  }

  /** Begins a new generation. Earlier episodes are not comparable with later ones, and have been judged. */
  #beginAnew(): void {
    this.#acts = []
    this.#controls = []
    this.#breaches.act = this.#breaches.control = 0
    this.#trials.act = this.#trials.control = 0
    this.#hasDesigned = false
  }

  get #input(): JudgeInput {
    const { direction = 'down', worth } = this.#options.response.expect ?? {}
    return { acts: this.#acts, controls: this.#controls, direction, ...(worth !== undefined && { worth }) }
  }

  #compare(): Statistics {
    return judge(this.#input)
  }
}
