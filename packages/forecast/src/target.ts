import type { Experience } from './experience.ts'
import { describeSituation, ONLINE_AT } from './features.ts'
import type { Forest } from './forest.ts'
import { forestLogOdds } from './forest.ts'
import { sigmoid } from './logit.ts'
import { OnlineLogistic } from './online-logistic.ts'
import { RunningScore } from './running-score.ts'
import type { Saved } from './saved.ts'
import { load, save } from './saved.ts'
import type { SeriesHistory } from './series-history.ts'
import type { Situation } from './situation.ts'
import { INPUTS, TABLES } from './situation.ts'

/** Origins that wait for their outcome at a time: more would say almost the same. */
const WAITING = 8
/** Log odds are kept within this: 0.1 % and 99.9 %. */
const SUREST = 6.9
/** How far recalibration may be from doing nothing: deviations of shift and scale. */
const RECALIBRATION = [0.15, 0.08]

/** One limit and one horizon: asks the model, remembers what it said and learns when the outcome is known. */
export class Target {
  readonly experience: Experience
  readonly score: RunningScore = new RunningScore()
  readonly #forest: Forest
  readonly #everyMs: number
  readonly #gapMs: number
  /** Shift and scale of the log odds, learned from the outcomes of what was said. */
  readonly #recalibration = new OnlineLogistic([0, 1], RECALIBRATION)
  readonly #said = new Float64Array(2)
  #lastOriginMs = -1
  #oldest = 0
  #count = 0
  /** Of every waiting origin: when, from which value, the highest value since, and whether its outcome is known. */
  readonly #origins = new Float64Array(4 * WAITING)
  readonly #cells = new Uint16Array(WAITING * TABLES)
  readonly #inputs = new Float32Array(WAITING * INPUTS)
  /** The constant and the log odds before recalibration of every waiting origin. */
  readonly #odds = new Float32Array(WAITING * 2)

  constructor(experience: Experience, forest: Forest, intervalMs: number) {
    this.experience = experience
    this.#forest = forest
    // Half an interval of tolerance, as samples come.
    this.#everyMs = experience.horizonMs / WAITING - intervalMs / 2
    this.#gapMs = Math.max(3.5 * intervalMs, experience.horizonMs / 2)
  }

  /** After the history has taken the sample in. */
  observe(history: SeriesHistory, learning: boolean, situation: Situation): void {
    const { nowMs, value, wallMs, intervalMs, passedMs } = history
    const { limit, crossings, calendar } = this.experience
    // What happened in a gap is not known, so neither are the outcomes that it lies in.
    if (passedMs > this.#gapMs || !learning) this.#count = 0
    this.#settle(nowMs, value)
    crossings.observe(nowMs, value, intervalMs)
    calendar.observe(wallMs, value >= limit)
    if (!learning || value >= limit) return
    if (this.#lastOriginMs >= 0 && nowMs - this.#lastOriginMs < this.#everyMs) return
    this.#ask(history, situation)
    this.#wait(nowMs, value, situation)
  }

  /** Log odds before recalibration of the last answer. */
  get rawOdds(): number {
    return this.#said[1]!
  }

  /** Log odds of a crossing, recalibrated; fills the situation. */
  logOdds(history: SeriesHistory, situation: Situation): number {
    this.#ask(history, situation)
    return this.recalibrate()
  }

  /** The last answer once more. */
  recalibrate(): number {
    return this.#recalibration.logOdds(this.#said, 0)
  }

  #ask(history: SeriesHistory, situation: Situation): void {
    describeSituation(situation, history, this.experience)
    this.#say(situation)
  }

  #say({ features }: Situation): void {
    const odds = features[ONLINE_AT]! + forestLogOdds(this.#forest, features)
    this.#said[0] = 1
    this.#said[1] = odds > SUREST ? SUREST : odds < -SUREST ? -SUREST : odds
  }

  #settle(nowMs: number, value: number): void {
    const { horizonMs, limit, tail } = this.experience
    const crosses = value >= limit
    for (let k = 0; k < this.#count; k++) {
      const slot = (this.#oldest + k) % WAITING
      const at = 4 * slot
      const origins = this.#origins
      if (nowMs - origins[at]! > horizonMs) {
        if (origins[at + 3] === 0) this.#learn(slot, 0)
        tail.learn(origins[at + 2]! - origins[at + 1]!)
        this.#oldest = (this.#oldest + 1) % WAITING
        this.#count--
        k--
        continue
      }
      if (value > origins[at + 2]!) origins[at + 2] = value
      if (!crosses || origins[at + 3] !== 0) continue
      this.#learn(slot, 1)
      origins[at + 3] = 1
      this.experience.sawLead((nowMs - origins[at]!) / horizonMs)
    }
  }

  #learn(slot: number, outcome: number): void {
    const { experience } = this
    const odds = this.#odds
    const said = sigmoid(this.#recalibration.logOdds(odds, 2 * slot))
    this.score.learn(said, experience.baseRate, outcome)
    this.#recalibration.learn(odds, 2 * slot, outcome)
    experience.learn(this.#cells, slot * TABLES, this.#inputs, slot * INPUTS, outcome)
  }

  #wait(nowMs: number, value: number, { cells, inputs }: Situation): void {
    if (this.#count === WAITING) {
      this.#oldest = (this.#oldest + 1) % WAITING
      this.#count--
    }
    const slot = (this.#oldest + this.#count++) % WAITING
    this.#lastOriginMs = nowMs
    const origins = this.#origins
    origins[4 * slot] = nowMs
    origins[4 * slot + 1] = value
    origins[4 * slot + 2] = value
    origins[4 * slot + 3] = 0
    this.#cells.set(cells, slot * TABLES)
    this.#inputs.set(inputs, slot * INPUTS)
    this.#odds.set(this.#said, 2 * slot)
  }

  save(): Saved[] {
    const numbers = [this.#lastOriginMs, this.#oldest, this.#count]
    const own = save(numbers, [this.#origins, this.#cells, this.#inputs, this.#odds])
    return [own, this.score.save(), this.#recalibration.save(), ...this.experience.save()]
  }

  restore([own, score, recalibration, ...experience]: readonly Saved[]): void {
    const numbers = load(own!, 3, [this.#origins, this.#cells, this.#inputs, this.#odds])
    this.#lastOriginMs = numbers[0]!
    this.#oldest = numbers[1]!
    this.#count = numbers[2]!
    this.score.restore(score!)
    this.#recalibration.restore(recalibration!)
    this.experience.restore(experience)
  }
}
