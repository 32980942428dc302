import { Arena } from './learning/arena.ts'
import { Experience } from './experience.ts'
import type { Traits } from './features/traits.ts'
import type { Forest } from './learning/forest.ts'
import { forestLogOdds } from './learning/forest.ts'
import { sigmoid } from './learning/logit.ts'
import type { Model } from './model.ts'
import { Recalibration } from './learning/recalibration.ts'
import { RunningScore } from './learning/running-score.ts'
import type { Saved } from './saved.ts'
import { load, save } from './saved.ts'
import type { SeriesHistory } from './series-history.ts'
import type { Situation } from './situation.ts'
import { SHAPE } from './situation.ts'

/** Origins that wait for their outcome at a time: more would say almost the same. */
const WAITING = 8
/** Log odds are kept within this: 0.1 % and 99.9 %. */
const SUREST = 6.9
/** Numbers of one origin. */
const ORIGIN = 5
const DAY_MS = 86_400_000
/** Numbers of a saved target beside its arena. */
const NUMBERS = 9 + 6 + 12

/** One limit and one horizon: asks the model, remembers its answers and learns when the outcome is known. */
export class Target {
  readonly experience: Experience
  readonly score: RunningScore
  readonly #traits: Traits
  readonly #forest: Forest
  readonly #everyMs: number
  readonly #gapMs: number
  readonly #recalibration = new Recalibration()
  readonly #arena: Arena
  /** Log odds of the last answer, before recalibration. */
  #rawOdds = 0
  #lastOriginMs = -1
  #oldest = 0
  #count = 0
  /** Per waiting origin: its time, its value, the highest value since, whether its outcome is known, the raw log odds. */
  readonly #origins: Float64Array
  readonly #cells: Uint16Array
  readonly #inputs: Float32Array

  constructor(limit: number, horizonMs: number, history: SeriesHistory, traits: Traits, model: Model) {
    const { intervalMs } = history
    const own = RunningScore.bytes + WAITING * (8 * ORIGIN + 4 * SHAPE.inputs + 2 * SHAPE.tables)
    this.#arena = new Arena(own + Experience.bytes(horizonMs, intervalMs, SHAPE))
    this.#origins = this.#arena.float64(ORIGIN * WAITING)
    this.score = new RunningScore(this.#arena)
    this.#inputs = this.#arena.float32(SHAPE.inputs * WAITING)
    this.experience = new Experience(limit, horizonMs, history, model.start, SHAPE, this.#arena)
    this.#cells = this.#arena.uint16(SHAPE.tables * WAITING)
    this.#traits = traits
    this.#forest = model.forest
    this.#everyMs = horizonMs / WAITING
    this.#gapMs = Math.max(3.5 * intervalMs, horizonMs / 2)
  }

  /** After the history has taken the sample in. */
  observe(history: SeriesHistory, learning: boolean, situation: Situation): void {
    const { nowMs, value, wallMs, intervalMs, passedMs } = history
    const { limit, crossings, calendar } = this.experience
    // Nobody knows what happened in a gap, so the outcomes around it are unknown too.
    if (passedMs > this.#gapMs || !learning) this.#count = 0
    this.#settle(nowMs, value)
    crossings.observe(nowMs, value, intervalMs)
    // An action may have prevented a crossing: then the day before says more about this time of the day.
    calendar.observe(wallMs, value >= limit || (!learning && calendar.crossedAfter(calendar.lagOf(DAY_MS), 1)))
    if (!learning || value >= limit) return
    // Strictly: were they closer, the oldest would make room before it is known that nothing followed, and only crossings
    // would ever be learned.
    if (this.#lastOriginMs >= 0 && nowMs - this.#lastOriginMs <= this.#everyMs) return
    this.#ask(history, situation)
    this.#wait(nowMs, value, situation)
  }

  /** Log odds before recalibration of the last answer. */
  get rawOdds(): number {
    return this.#rawOdds
  }

  /** Log odds of a crossing, recalibrated; fills the situation. */
  logOdds(history: SeriesHistory, situation: Situation): number {
    this.#ask(history, situation)
    return this.recalibrate()
  }

  /** The last answer once more. */
  recalibrate(): number {
    return this.#recalibration.logOdds(this.#rawOdds)
  }

  #ask(history: SeriesHistory, situation: Situation): void {
    situation.look(history, this.experience, this.#traits)
    const { learned, features } = situation
    const odds = learned.onlineOdds + forestLogOdds(this.#forest, features.values)
    this.#rawOdds = odds > SUREST ? SUREST : odds < -SUREST ? -SUREST : odds
  }

  #settle(nowMs: number, value: number): void {
    const { horizonMs, limit, tail } = this.experience
    const crosses = value >= limit
    for (let k = 0; k < this.#count; k++) {
      const slot = (this.#oldest + k) % WAITING
      const at = ORIGIN * slot
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
    const odds = this.#origins[ORIGIN * slot + 4]!
    const probability = sigmoid(this.#recalibration.logOdds(odds))
    this.score.learn(probability, experience.baseRate, outcome)
    this.#recalibration.learn(odds, outcome)
    experience.learn(this.#cells, slot * SHAPE.tables, this.#inputs, slot * SHAPE.inputs, outcome)
  }

  #wait(nowMs: number, value: number, { learned, inputs }: Situation): void {
    if (this.#count === WAITING) {
      this.#oldest = (this.#oldest + 1) % WAITING
      this.#count--
    }
    const slot = (this.#oldest + this.#count++) % WAITING
    this.#lastOriginMs = nowMs
    const origins = this.#origins
    const at = ORIGIN * slot
    origins[at] = nowMs
    origins[at + 1] = value
    origins[at + 2] = value
    origins[at + 3] = 0
    origins[at + 4] = this.#rawOdds
    for (let i = 0; i < SHAPE.tables; i++) this.#cells[slot * SHAPE.tables + i] = learned.cells[i]!
    for (let i = 0; i < SHAPE.inputs; i++) this.#inputs[slot * SHAPE.inputs + i] = inputs.values[i]!
  }

  save(): Saved {
    const own = [this.#lastOriginMs, this.#oldest, this.#count, ...this.score.save(), ...this.#recalibration.save()]
    return save([...own, ...this.experience.save()], this.#arena)
  }

  restore(saved: Saved): void {
    const numbers = load(saved, NUMBERS, this.#arena)
    this.#lastOriginMs = numbers[0]!
    this.#oldest = numbers[1]!
    this.#count = numbers[2]!
    this.score.restore(numbers.slice(3, 4))
    this.#recalibration.restore(numbers.slice(4, 9))
    this.experience.restore(numbers.slice(9))
  }
}
