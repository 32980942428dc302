import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judgeProof, type Proof, type ProofJudgement } from '@homeostat/lab/prove'
import { knobActions, Knobs, Optimizer, type BudgetLimits, type Knob, type Response } from '@homeostat/optimizer'
import type { MetricDefinition } from '@homeostat/semconv'
import { Registry, type LevelSeries } from '@homeostat/signals'
import { createNoise, createRandom } from '@homeostat/signals/random'
import { afterEach } from 'vitest'
import { createPlaceboKnob } from '../../src/acting/placebo-knob.ts'
import { Prover } from '../../src/proof/prover.ts'
import type {
  ProveAnswer,
  ProveChange,
  ProveLook,
  ProveQuestion,
  ProveState,
  StartedPlan,
} from '../../src/proof/prove-question.ts'

const pressure: MetricDefinition = {
  name: 'test.pressure',
  kind: 'gauge',
  unit: '1',
  description: 'What the test plant suffers from',
  attributes: [],
}

export const TICK_MS = 5000
export const START = Date.UTC(2026, 0, 1)
export const VALVE = 'plant.valve'

export const response: Response = {
  to: { alert: 'PressureHigh' },
  action: VALVE,
  options: { to: 4 },
  priority: 'slo',
  expect: { expr: 'test_pressure', direction: 'down' },
}

export const plan: StartedPlan = {
  pairs: 8,
  blockMs: 60_000,
  carryOverMs: 10_000,
  isCarryOverDeclared: false,
  seed: 7,
  worth: 0.1,
  harm: 0.05,
}

export interface ServiceOptions {
  /** The level with the valve at a value. */
  readonly level?: (valve: number) => number
  readonly allowed?: readonly string[]
  readonly responses?: readonly Response[]
  readonly keptIn?: 'memory' | 'outside'
  /** What a set does instead. @default sets it */
  readonly set?: (expected: number, next: number) => boolean | Promise<boolean>
  readonly stateDir?: string
  readonly seed?: number
  /** How far the loop may go. @default 'advise' */
  readonly mode?: 'advise' | 'act'
  readonly budget?: Partial<BudgetLimits>
}

/** Starts services that are closed after each test of the file. */
export function startsServices(): (options?: ServiceOptions) => ProvenService {
  const open: ProvenService[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map(service => service.close()))
  })
  return options => {
    const service = new ProvenService(options)
    open.push(service)
    return service
  }
}

/** A service with one knob, in virtual time: its own loop, knobs, journal, and what answers `homeostat prove`. */
export class ProvenService {
  now = START
  valve = 8
  /** Every value that the valve has had. */
  readonly stood: number[] = []
  readonly optimizer: Optimizer
  readonly prover: Prover
  readonly knobs: Knobs
  readonly placebo: Knob = createPlaceboKnob()
  readonly valveKnob: Knob
  readonly #pressure: LevelSeries
  readonly #level: (valve: number) => number
  readonly #noise: () => number
  #id = ''

  constructor(options: ServiceOptions = {}) {
    const { level = () => 1, allowed = [VALVE], responses = [response], seed = 1 } = options
    const clock = (): number => this.now
    this.#level = level
    this.#noise = createNoise(createRandom(seed), 0.8)
    const valve: Knob = (this.valveKnob = {
      name: VALVE,
      scope: 'process',
      keptIn: options.keptIn ?? 'memory',
      bounds: { min: 1, max: 16, grain: 1 },
      touches: ['plant'],
      read: () => this.valve,
      compareAndSet: async (expected, next) => {
        if (options.set) return options.set(expected, next)
        if (this.valve !== expected) return false
        this.valve = next
        this.stood.push(next)
        return true
      },
    })
    const all = [valve, this.placebo]
    const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'homeostat-proof-'))
    this.knobs = new Knobs({ knobs: all, service: 'plant', clock: Date.now, stateDir, environment: {} })
    const actions = all.flatMap(each => knobActions(each, this.knobs))
    const engine = new Registry({ scope: { name: 'homeostat', version: '0' }, clock })
    const registry = new Registry({ scope: { name: 'plant', version: '0' }, clock })
    this.#pressure = registry.level(pressure).with()
    this.optimizer = new Optimizer({
      registries: [engine, registry],
      rules: [{ alert: 'PressureHigh', expr: 'test_pressure > 1e9' }],
      responses,
      actions,
      modeOf: () => options.mode ?? 'advise',
      ...(options.budget && { budget: options.budget }),
      warmUpMs: 0,
      environment: {},
      clock,
      // Whether a run is withheld as a control is drawn.
      random: createRandom(seed),
    })
    const { faults } = engine
    this.prover = new Prover({
      knobs: all,
      actions,
      allowed,
      maxMode: 'act',
      optimizer: this.optimizer,
      intervalMs: TICK_MS,
      faults,
      clock,
    })
  }

  ask(question: ProveQuestion): Promise<ProveAnswer<ProveLook | ProveState>> {
    return this.prover.answer(question)
  }

  async start(changes: Partial<StartedPlan> = {}): Promise<ProveAnswer<ProveLook | ProveState>> {
    const request = { knob: VALVE }
    const answer = await this.ask({ ask: 'prove', do: 'start', request, plan: { ...plan, ...changes } })
    if ('id' in answer) this.#id = answer.id
    await this.prover.settled()
    return answer
  }

  async do(what: ProveChange, id?: string): Promise<ProveAnswer<ProveLook | ProveState>> {
    return this.ask({ ask: 'prove', do: what, ...(id !== undefined && { id }) })
  }

  async state(): Promise<ProveState> {
    return (await this.ask({ ask: 'prove', do: 'state', id: this.#id, withData: true })) as ProveState
  }

  /** A reader delivers a value of another instrumentation. */
  offer(name: string, value: number): void {
    const time: [number, number] = [Math.floor(this.now / 1000), (this.now % 1000) * 1e6]
    const descriptor = { name, unit: '1', description: '', valueType: 1 }
    const dataPoints = [{ startTime: time, endTime: time, attributes: {}, value }]
    const metric = { descriptor, aggregationTemporality: 1, dataPointType: 3, isMonotonic: false, dataPoints }
    this.optimizer.offer(this, [{ scope: { name: 'theirs' }, metrics: [metric] }] as never)
  }

  /** @param isKept whether the command line asks at each tick */
  async tick(count = 1, isKept = true): Promise<void> {
    for (let done = 0; done < count; done++) {
      this.now += TICK_MS
      this.#pressure.set(this.#level(this.valve) * Math.exp(0.05 * this.#noise()))
      await this.optimizer.tickAndWait(this.now)
      await this.prover.settled()
      if (isKept && this.#id !== '') await this.state()
    }
  }

  /** Ticks until the proof is over. */
  async finish(): Promise<{ proof: Proof; judgement: ProofJudgement; state: ProveState }> {
    let state = await this.state()
    for (let ticks = 0; state.state !== 'over'; ticks++) {
      if (ticks > 20_000) throw new Error('the proof does not end')
      await this.tick()
      state = await this.state()
    }
    await this.prover.settled()
    state = await this.state()
    return { proof: state.proof!, judgement: judgeProof(state.proof!), state }
  }

  async close(): Promise<void> {
    await this.prover[Symbol.asyncDispose]()
    await this.optimizer.stop()
    await this.knobs.close()
  }
}
