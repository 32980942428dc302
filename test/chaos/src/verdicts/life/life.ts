import type { Response, Trial } from '@homeostat/optimizer'
import { Histories, type History } from '@homeostat/optimizer/parts'
import type { Judgement } from '@homeostat/judge'
import { Alarms, STEP_MS, type Recorded } from '../alarms.ts'
import type { Service } from '../services.ts'
import { readAgain } from './read-again.ts'
import { splitSamples } from './split-samples.ts'

const START = Date.UTC(2026, 0, 1)
/** Everything is saved and read again after so many generations, as in a deployment. */
const RESTART_EVERY = 3

type OverTrial = Trial & { readonly state: 'verifying' }
type Outcome = OverTrial['outcome']

export interface LifeOptions {
  readonly service: Service
  /** What the action multiplies the value by; 1 is a placebo. */
  readonly factor: number
  /** Share of the trials of both arms in which a guard is breached by chance. @default 0 */
  readonly breached?: number
  /** The first trial of a generation answers by itself. @default plain episodes */
  readonly design?: NonNullable<Response['design']>['kind']
  /** A pause after each trial, so that alarms are as rare as this. In ms. @default none */
  readonly pauseMs?: number
}

/** What a life's last trial came to. */
export interface Lived {
  readonly verdict: Judgement['verdict'] | 'failed' | 'noop'
  /** The trial ended a generation: a quarantine, or a full set of episodes. */
  readonly endsGeneration: boolean
  readonly recorded: readonly Recorded[]
}

/**
 * One rule and action over years, in virtual time: the production's histories draw the arms, judge, quarantine, spend and are saved. The rest
 * of the loop is left out, since 200 generations take some million ticks; `whole-life.ts` runs it all.
 */
export class Life {
  readonly #options: LifeOptions
  readonly #random: () => number
  readonly #alarms: Alarms
  readonly #response: Response
  #histories: Histories
  #generation = 1
  #trials = 0

  constructor(options: LifeOptions, random: () => number) {
    this.#options = options
    this.#random = random
    const { plant, handedIn: _, ...rule } = options.service
    this.#alarms = new Alarms(plant(options.factor), rule, START, random)
    this.#histories = this.#newHistories()
    this.#response = {
      to: { alert: 'LoadHigh' },
      action: 'chaos.act',
      priority: 'efficiency',
      expect: { expr: 'chaos_load', direction: 'down' },
      ...(options.design && { design: { kind: options.design } }),
    }
  }

  /** The current one, from 1 on. */
  get generation(): number {
    return this.#generation
  }

  get days(): number {
    return (this.#alarms.now - START) / 86_400_000
  }

  /** The verdict that stands. */
  get standing(): Judgement['verdict'] | undefined {
    return this.#history.statistics?.verdict
  }

  /** The next alarm that is not in a quarantine. */
  next(): Lived[] {
    const { quarantine } = this.#history.standing
    this.#alarms.skipTo(quarantine?.until ?? 0)
    const before = this.#size
    const design = this.#history.takeDesign(this.#alarms.now)
    const lived = design ? [this.#liveDesign(design)] : this.#liveEpisodes()
    this.#alarms.skipTo(this.#alarms.now + (this.#options.pauseMs ?? 0))
    const isOver = this.#history.takeQuarantine() !== undefined || this.#size < before
    if (isOver && ++this.#generation % RESTART_EVERY === 0) this.#restart()
    return lived.map((one, index) => ({ ...one, endsGeneration: isOver && index === lived.length - 1 }))
  }

  get #history(): History {
    const about = { alert: 'LoadHigh', action: 'chaos.act', version: '1' }
    return this.#histories.of({ ...about, response: this.#response })
  }

  get #size(): number {
    const { acts, controls } = this.#history.counts
    return acts + controls
  }

  #newHistories(): Histories {
    return new Histories({ intervalMs: STEP_MS, random: this.#random })
  }

  #restart(): void {
    const saved = readAgain(this.#histories)
    this.#histories = this.#newHistories()
    for (const [key, history] of saved) this.#histories.resume(key, history)
  }

  #liveEpisodes(): Omit<Lived, 'endsGeneration'>[] {
    return this.#alarms
      .next(() => this.#history.draw())
      .map(recorded => {
        const { arm, episode } = recorded
        const trial = this.#trialOf({
          arm,
          startedAt: episode.at,
          before: episode.before,
          after: episode.after,
          outcome: outcomeOf(arm),
        })
        const isBreached = this.#random() < (this.#options.breached ?? 0)
        if (isBreached) this.#history.breach(trial, this.#alarms.now)
        return { verdict: this.#history.judge(trial, this.#alarms.now, isBreached).verdict, recorded: [recorded] }
      })
  }

  #liveDesign(design: NonNullable<Trial['design']>): Omit<Lived, 'endsGeneration'> {
    const { factor } = this.#options
    const common = { arm: 'act', outcome: outcomeOf('act'), design } as const
    if (design.kind === 'split') {
      const {
        at,
        before,
        after: load,
      } = this.#alarms.nextSwitched(() => {
        return { steps: (design.blocks * design.blockMs) / STEP_MS, isOn: () => false }
      })
      const [after, beside] = [factor, 1].map(times => splitSamples(load, times, this.#random))
      const trial = this.#trialOf({ ...common, startedAt: at, before, after: after!, beside: beside! })
      return { verdict: this.#history.judge(trial, this.#alarms.now).verdict, recorded: [] }
    }
    const { plan } = design
    const shift = (at: number): number => at - plan[0]!.from
    const { at, before, after } = this.#alarms.nextSwitched(at => ({
      steps: (plan.at(-1)!.to - plan[0]!.from) / STEP_MS,
      isOn: ms => plan.some(({ arm, from, to }) => arm === 'act' && ms - shift(at) >= from && ms - shift(at) < to),
    }))
    const moved = plan.map(({ arm, from, measureFrom, to }) => {
      return { arm, from: from + shift(at), measureFrom: measureFrom + shift(at), to: to + shift(at) }
    })
    const trial = this.#trialOf({ ...common, design: { ...design, plan: moved }, startedAt: at, before, after })
    return { verdict: this.#history.judge(trial, this.#alarms.now).verdict, recorded: [] }
  }

  #trialOf(
    given: Pick<OverTrial, 'arm' | 'startedAt' | 'before' | 'after' | 'outcome' | 'design'> & {
      beside?: Trial['beside']
    },
  ): OverTrial {
    return {
      id: `chaos.act#${++this.#trials}`,
      action: 'chaos.act',
      alert: 'LoadHigh',
      alertKey: 'LoadHigh',
      labels: {},
      touches: ['load'],
      version: '1',
      gates: [],
      alternatives: [],
      value: 0,
      traces: [],
      rest: { streak: 0, notBefore: 0 },
      response: this.#response,
      state: 'verifying',
      endedAt: given.startedAt,
      beside: [],
      ...given,
    }
  }
}

function outcomeOf(arm: Recorded['arm']): Outcome {
  if (arm === 'control') return { status: 'withheld' }
  return { status: 'completed', receipt: { summary: 'acted', effects: { acts: 1 } } }
}
