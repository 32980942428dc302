import { counted } from '@homeostat/signals'
import { alphaShares, type AlphaShares } from './alpha-shares.ts'
import { Generation, remember } from './generation.ts'
import { harmfulByGuards } from './harmful-by-guards.ts'
import { advanceStanding, freshStanding, type Quarantine, type Standing, type StandingEvent } from './standing.ts'
import type { Arm, ArmState, Episode, Judgement as Statistics, JudgeInput, Life } from '@homeostat/judge'
import { drawArm, freshLife, judge, leastPairs, mostSpent, nextGeneration, progress } from '@homeostat/judge'
import type { Response } from '../words/response.ts'
import type { SavedHistory } from './saved-history.ts'
import type { Trial } from '../words/trial.ts'
import { judgeDesign } from './design-verdict.ts'
import { judgeInput } from './judge-input.ts'
import { planTrial, type TrialDesign } from '../words/trial-design.ts'
import type { Judgement } from '../words/verdict.ts'
import { isEmptyReceipt, type OwnJudgement } from '../words/receipt.ts'
import { estimandOf } from './estimand.ts'
import type { HistoryOptions } from './history-options.ts'
import { OwnVerdicts } from './own-verdicts.ts'

/** Episodes of one generation: enough for the last look at 48 per side, and for one at 12 in the hold-out's tenth. */
const MOST_EPISODES = 200
const MOST_SHADOWS = 48
const LAST_LOOK = 48
/** Two breaches in runs and fewer in controls do not prove harm, but are reason enough to stop. */
const MOST_BREACHES = 2
/** An action that cannot be run proves nothing, and withholding it meanwhile proves no more. */
const MOST_FAILURES = 5

/** All trials of one rule and action. Verdicts come from here: a single triggered trial proves nothing. */
export class History {
  readonly alert: string
  readonly action: string
  readonly version: string
  readonly #options: HistoryOptions
  #arms: ArmState | undefined
  #generation = new Generation()
  /** Episodes of the time in which it was only advised: they plan a trial and prove nothing. */
  readonly #shadows: Episode[] = []
  /** What all generations together may spend of the error, and what the earlier ones found. */
  #life: Life = freshLife()
  #standing: Standing
  #statistics: Statistics | undefined
  /** The last verdict that decided; it holds until a later generation of episodes says otherwise. */
  #decided: Statistics | undefined
  #news: Quarantine | undefined
  readonly own: OwnVerdicts
  /** Runs in a row that failed. */
  #failures = 0

  constructor(options: HistoryOptions) {
    this.#options = options
    this.own = new OwnVerdicts(options.ownEstimand)
    this.alert = options.alert
    this.action = options.action
    this.version = options.version
    this.#standing = freshStanding(options.version)
  }

  get response(): Response {
    return this.#options.response
  }

  /** Whether runs may be withheld at random. Without an expectation, or where the action compares, there is nothing to compare them with. */
  get isRandomised(): boolean {
    const { expect, priority, withhold = true } = this.#options.response
    return expect !== undefined && priority !== 'safety' && withhold && !this.own.areThere
  }

  /** What the number in a verdict is, in one sentence; undefined where there is no verdict. */
  get estimand(): string | undefined {
    return this.own.estimand ?? (this.withoutVerdict === undefined ? estimandOf(this.response) : undefined)
  }

  /** Why the loop will never give a verdict on the effect; undefined where it will. */
  get withoutVerdict(): string | undefined {
    if (this.isRandomised) return undefined
    if (this.own.areThere) return this.own.text
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
    return {
      acts: this.own.found?.trials ?? this.#generation.acts.length,
      controls: this.#generation.controls.length,
      shadows: this.#shadows.length,
    }
  }

  get life(): Life {
    return this.#life
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
    if (!mayAnswer || !response.expect || this.#decided || this.#generation.design !== 'open') return undefined
    const design = planTrial(response, { now, random, leastPairs: this.leastPairs })
    if (design !== undefined) this.#generation.design = 'taken'
    return design
  }

  /** Fewer pairs of blocks than these could prove nothing with what is left to spend. */
  get leastPairs(): number {
    return leastPairs(this.#shares.design.better)
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
        remember(this.#shadows, trial, this.#options.intervalMs)
        return { verdict: 'inconclusive', reason: this.progress(now) }
      }
      if (!isBreached) this.#generation.trials[arm]++
      const judgement = trial.design ? this.#judgeDesign(trial, trial.design, now) : this.#judgeEpisode(trial, arm, now)
      if (arm === 'act') this.advance({ type: 'judged', verdict: judgement.verdict }, now)
      return judgement
    }
    if (++this.#failures === MOST_FAILURES) this.#quarantine(`its last ${MOST_FAILURES} runs failed`, now)
    return { verdict: 'failed', reason: outcome.error }
  }

  /** Takes what the action itself has found. */
  judgedItself(judgement: OwnJudgement, now: number): void {
    this.own.note(judgement)
    this.advance({ type: 'judged', verdict: judgement.verdict }, now)
  }

  /** A guard was breached in a trial. */
  breach(trial: Trial, now: number): void {
    if (trial.arm === 'shadow') return
    this.#generation.countBreach(trial.arm, trial.state === 'kept')
    const { breaches, trials } = this.#generation
    const { act, control } = breaches
    if (trial.arm === 'act' && act >= MOST_BREACHES && act > control) {
      const runs = `${act} of ${trials.act} runs`
      this.#quarantine(`its guards were breached in ${runs} and in ${control} of ${trials.control} controls`, now)
    }
  }

  /** A step of its standing, e.g. a person's reset. */
  advance(event: StandingEvent, now: number): void {
    const before = this.#standing.quarantine
    this.#standing = advanceStanding(this.#standing, event, now, { version: this.version })
    const { quarantine } = this.#standing
    if (quarantine && quarantine !== before) {
      this.#news = quarantine
      this.#beginAgain(now)
    }
    if (event.type === 'reset') this.#beginAgain(now)
  }

  /** What a verdict still needs and when to expect it; before the first trial, what one would take. */
  progress(now: number): string {
    const { withoutVerdict } = this
    if (withoutVerdict !== undefined) return withoutVerdict
    const { acts, controls } = this.counts
    if (acts + controls > 0 || this.#shadows.length === 0) return progress(this.#input, now)
    const shadows = { ...this.#input, controls: this.#shadows }
    return `in mode advise it would have run ${counted(this.#shadows.length, 'time')}; a trial: ${progress(shadows, now)}`
  }

  save(): SavedHistory {
    return {
      version: this.version,
      arms: this.#arms,
      ...this.#generation.save(),
      standing: this.#standing,
      decided: this.#decided,
      life: this.#life,
      own: this.own.found,
    }
  }

  restore(saved: SavedHistory): void {
    const { arms, standing, decided, life, own } = saved
    this.own.found = own
    this.#arms = arms
    this.#generation = new Generation(saved)
    this.#standing = standing
    this.#decided = decided
    // Another process may have spent more or less. Nothing gives it back.
    if (life) this.#life = mostSpent(this.#life, life)
  }

  #judgeEpisode(trial: Trial, arm: Arm, now: number): Judgement {
    const { acts, controls } = this.#generation
    remember(arm === 'act' ? acts : controls, trial, this.#options.intervalMs)
    return this.#judgement(now)
  }

  #judgeDesign(trial: Trial, design: TrialDesign, now: number): Judgement {
    const found = judgeDesign(trial, design, this.#shares.design)
    this.#generation.design = 'judged'
    if (found.verdict !== 'inconclusive') this.#decided = found
    if (found.verdict === 'harmful') this.#quarantine(found.reason, now)
    return found
  }

  #judgement(now: number): Judgement {
    const { withoutVerdict } = this
    if (withoutVerdict !== undefined) return { verdict: 'inconclusive', reason: withoutVerdict }
    const { breaches, trials } = this.#generation
    const counts = [breaches.act, trials.act, breaches.control, trials.control] as const
    const harm = harmfulByGuards(...counts, this.#shares.guards)
    if (harm.harmful) {
      this.#quarantine(harm.reason, now)
      return { verdict: 'harmful', reason: harm.reason }
    }
    const found = (this.#statistics = this.#compare())
    if (found.withdraws && this.#decided?.verdict === 'effective') this.#decided = undefined
    if (found.verdict !== 'inconclusive') this.#decided = found
    else if (found.statistics.look === LAST_LOOK && !this.#decided) this.#quarantine(undecided(found.reason), now)
    if (found.verdict === 'harmful') this.#quarantine(found.reason, now)
    else if (this.#generation.size >= MOST_EPISODES) this.#beginAnew(now)
    const { verdict, reason } = this.#decided ?? found
    return { verdict, reason: verdict === 'inconclusive' ? this.progress(now) : reason }
  }

  #quarantine(reason: string, now: number): void {
    this.advance({ type: 'unfit', reason }, now)
  }

  /** Begins again after a quarantine: the earlier verdict stays known, but only new episodes can confirm it. */
  #beginAgain(now: number): void {
    this.#statistics = this.statistics
    this.#decided = undefined
    this.#arms = undefined
    this.#beginAnew(now)
  }

  /** Begins a new generation. Earlier episodes are not comparable with later ones, and have been judged; what they found is kept. */
  #beginAnew(now: number): void {
    const { direction } = this.#input
    const { statistics } = this.#compare()
    // A generation that ended before its first look, e.g. since its runs failed, has spent nothing.
    if (statistics.look > 0 || this.#generation.design === 'judged')
      this.#life = nextGeneration(this.#life, { statistics, direction, at: now })
    this.#generation = new Generation()
  }

  get #input(): JudgeInput {
    return judgeInput(this.response, this.#generation, this.#shares.episodes)
  }

  get #shares(): AlphaShares {
    return alphaShares(this.#life, this.#options.response.design !== undefined)
  }

  #compare(): Statistics {
    return judge(this.#input)
  }
}

function undecided(reason: string): string {
  return `after ${LAST_LOOK} runs and ${LAST_LOOK} controls there is still no verdict: ${reason}`
}
