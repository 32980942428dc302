import { setImmediate as turn } from 'node:timers/promises'
import { createRandom } from '@homeostat/lab/scenarios'
import type { Mode, Response, ResponseGuard } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import type { MetricDefinition } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'

const START = Date.UTC(2026, 0, 1)
/** Longer than a trial and its cooldown. */
const LONGEST = 600
const ENOUGH = 1e6

/** What the service measures at a second; `harm` is that of the trial, undefined while there is none. */
export type MeasuredSecond = (second: number, harm: number | undefined) => void

export interface GuardedService {
  readonly guard: ResponseGuard
  /** Binds its metrics to a registry; a service of its own for each seed. */
  readonly measures: (registry: Registry, random: () => number) => MeasuredSecond
}

export interface GuardedLoopOptions {
  readonly service: GuardedService
  readonly seed: number
  /** Seconds before the first trial, and between two of them at least. */
  readonly quietFor: number
  readonly between: number
  readonly trials: number
  /** Undefined for harmless trials. */
  readonly harm?: number
  readonly tick: number
  /** Seconds between two looks at guards of an open trial. @default they are read at ticks */
  readonly look?: number
}

/** One trial: seconds from its harm (or from its start) until its change was undone for a guard; undefined when it was not. */
export interface LoopOutcome {
  readonly breachedAfter: number | undefined
  /** Undone for a guard before there was harm. */
  readonly tooEarly: boolean
}

/** Trials one after the other through the real loop, in virtual time. */
export async function runGuardedLoop(options: GuardedLoopOptions): Promise<LoopOutcome[]> {
  const loop = new GuardedLoop(options)
  await loop.pass(options.quietFor)
  const outcomes: LoopOutcome[] = []
  for (let trial = 0; trial < options.trials; trial++) {
    outcomes.push(await loop.trial())
    await loop.pass(options.between)
  }
  await loop.stop()
  return outcomes
}

class GuardedLoop {
  readonly #options: GuardedLoopOptions
  readonly #random: () => number
  readonly #optimizer: Optimizer
  readonly #measure: MeasuredSecond
  #second = 0
  /** The alarm goes on all the time, since alerts may fire only twice per hour. */
  #mode: Mode = 'off'
  #isChanged = false
  #undoneAt: number | undefined

  constructor(options: GuardedLoopOptions) {
    const { service, seed, tick, look } = options
    this.#options = options
    this.#random = createRandom(seed)
    const clock = (): number => START + this.#second * 1000
    const registry = new Registry({ scope: { name: 'plant', version: '0' }, clock })
    registry.level(ALARM).with().set(1)
    this.#measure = service.measures(registry, this.#random)
    const run = {
      name: 'plant.change',
      scope: 'process' as const,
      touches: ['plant'],
      raises: [],
      lowers: [],
      risk: 0 as const,
      run: async () => {
        this.#isChanged = true
        return { summary: 'changed it', effects: { changes: 1 }, undo: async () => this.#undo() }
      },
    }
    // Without an expectation every trial runs and takes three minutes.
    const response: Response = {
      to: { alert: 'Alarm' },
      action: run.name,
      priority: 'slo',
      // It doubles with each breach.
      cooldownMs: 1,
      guards: [service.guard],
    }
    this.#optimizer = new Optimizer({
      registries: [new Registry({ scope: { name: 'homeostat', version: '0' }, clock }), registry],
      rules: [{ alert: 'Alarm', expr: 'plant_alarm > 0' }],
      responses: [response],
      actions: [run],
      modeOf: () => this.#mode,
      warmUpMs: 0,
      intervalMs: tick * 1000,
      ...(look !== undefined && { lookMs: look * 1000 }),
      budget: { runsPerHour: ENOUGH, runsPerHourOfAction: ENOUGH, concurrentRuns: ENOUGH, blockedMsPerMinute: ENOUGH },
      environment: {},
      clock,
      random: createRandom(seed + 1),
    })
  }

  /** So many seconds without a trial. */
  async pass(seconds: number): Promise<void> {
    this.#mode = 'off'
    for (let second = 0; second < seconds; second++) await this.#step(undefined)
  }

  async trial(): Promise<LoopOutcome> {
    const { harm } = this.#options
    this.#mode = 'act'
    // Two breaches lead to a quarantine.
    this.#optimizer.release('Alarm', 'plant.change')
    this.#undoneAt = undefined
    for (let second = 0; !this.#isChanged && second < LONGEST; second++) await this.#step(undefined)
    if (!this.#isChanged) throw new Error('the trial did not begin')
    const begins = this.#second
    const onset = harm === undefined ? begins : begins + Math.floor(this.#random() * 30)
    for (let second = 0; this.#isChanged && second < LONGEST; second++)
      await this.#step(this.#second >= onset ? harm : undefined)
    const ended = this.#optimizer.trials.all.at(-1)
    const isBreached = ended?.state === 'judged' && ended.reverted?.because === 'guard breached'
    if (!isBreached) return { breachedAfter: undefined, tooEarly: false }
    const breachedAfter = this.#undoneAt! - onset
    return { breachedAfter, tooEarly: harm !== undefined && breachedAfter <= 0 }
  }

  async stop(): Promise<void> {
    await this.#optimizer.stop()
  }

  async #step(harm: number | undefined): Promise<void> {
    const { tick } = this.#options
    this.#second++
    this.#measure(this.#second, this.#isChanged ? harm : undefined)
    const now = START + this.#second * 1000
    if (this.#second % tick === 0) this.#optimizer.tick(now)
    else if (this.#optimizer.looks.areNeeded) this.#optimizer.looks.look(now)
    else return
    // Runs and undos are promises.
    if (this.#optimizer.trials.open.length > 0) await turn()
  }

  #undo(): { result: 'restored' } {
    this.#isChanged = false
    this.#undoneAt = this.#second
    return { result: 'restored' }
  }
}

function definition(name: string, kind: MetricDefinition['kind']): MetricDefinition {
  return { name, kind, unit: kind === 'counter' ? '{request}' : '1', description: 'Of the plant', attributes: [] }
}

const ALARM = definition('plant.alarm', 'gauge')
export const LAG: MetricDefinition = definition('plant.lag', 'gauge')
export const REQUESTS: MetricDefinition = definition('plant.requests', 'counter')
export const ERRORS: MetricDefinition = definition('plant.errors', 'counter')
