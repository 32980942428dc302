import { setImmediate as turn } from 'node:timers/promises'
import type { Action, ActionContext, Receipt, Response } from '@homeostat/optimizer'
import { Optimizer } from '@homeostat/optimizer'
import type { MetricDefinition } from '@homeostat/semconv'
import type { LevelSeries } from '@homeostat/signals'
import { Registry } from '@homeostat/signals'
import { VirtualTime } from '../harm/virtual-time.ts'
import { createRandom } from '@homeostat/lab/scenarios'
import type { ModelledAction } from './model.ts'
import { COOLDOWN_MS, FOR_MS, HANGS_MS, LIMITS, LoopModel, SETTLE_MS, WINDOW_MS } from './model.ts'
import type { Step, Trace } from './trace.ts'
import { INTERVAL_MS, PLANTS } from './trace.ts'

const START = Date.UTC(2026, 0, 1)
const BLOCKED_MS = 3
/** Ticks after the trace in which everything has to come to its end. */
const LAST_TICKS = 60

const plain = { isSafety: false, isShared: false, isPreventive: false }

const actions: readonly ModelledAction[] = [
  { ...plain, name: 'plant.first', alert: 'PressureHigh', touches: ['plant'] },
  { ...plain, name: 'plant.second', alert: 'PressureHigh', touches: ['plant', 'other'] },
  { ...plain, name: 'other.third', alert: 'AnyHigh', touches: ['other'], isSafety: true },
  { ...plain, name: 'shared.fourth', alert: 'AnyHigh', touches: ['queue'], isShared: true },
  { ...plain, name: 'plant.prepare', alert: 'PressureAhead', touches: ['plant'], isPreventive: true },
]

const responses: readonly Response[] = actions.map(({ name, alert, isSafety, isPreventive }) => ({
  to: { alert },
  action: name,
  priority: isSafety ? 'safety' : 'slo',
  cooldownMs: COOLDOWN_MS,
  preventive: isPreventive,
  expect: {
    expr: 'max by (plant) (plant_pressure)',
    direction: 'down',
    settleMs: SETTLE_MS,
    windowMs: WINDOW_MS,
    baselineMs: 20_000,
  },
  guards: [{ expr: 'plant_guarded', notWorseThan: 0.5 }],
}))

const rules = [
  { alert: 'PressureAhead', expr: `plant_pressure > ${LIMITS.PressureAhead}`, for: `${FOR_MS.PressureAhead / 1000}s` },
  { alert: 'PressureHigh', expr: `plant_pressure > ${LIMITS.PressureHigh}`, for: `${FOR_MS.PressureHigh / 1000}s` },
  { alert: 'AnyHigh', expr: `max(plant_pressure) > ${LIMITS.AnyHigh}`, for: `${FOR_MS.AnyHigh / 1000}s` },
]

/** What one trace has shown. */
export interface Checked {
  readonly violations: readonly string[]
  readonly ticks: number
  readonly runs: number
  readonly withheld: number
  readonly breaches: number
  readonly reverts: number
  readonly preempted: number
}

/** Drives the whole loop through a trace beside its model. */
export async function checkTrace(trace: Trace): Promise<Checked> {
  const world = new World(trace)
  for (let tick = 0; tick < trace.calmTicks; tick++) await world.step(CALM)
  for (const step of trace.steps) await world.step(step)
  for (let tick = 0; tick < LAST_TICKS && !world.isAtRest; tick++) await world.step(CALM)
  await world.stop()
  return world.checked
}

class World {
  readonly #time = new VirtualTime(START)
  readonly #optimizer: Optimizer
  readonly #model: LoopModel
  readonly #pressure: readonly LevelSeries[]
  readonly #guarded: LevelSeries
  readonly #unsettled = new Set<string>()
  /** Changes of runs whose receipt is known: those that the loop can revert. */
  readonly #inForce = new Set<symbol>()
  readonly #counts = { ticks: 0, runs: 0, withheld: 0, breaches: 0, reverts: 0, preempted: 0 }
  #step: Step = CALM

  constructor(trace: Trace) {
    const clock = this.#time.now
    const registry = new Registry({ scope: { name: 'plant', version: '0' }, clock })
    const pressure = registry.level(definition('pressure'))
    this.#pressure = Array.from({ length: PLANTS }, (_, plant) => pressure.with({ plant: String(plant) }))
    this.#guarded = registry.level(definition('guarded')).with()
    this.#model = new LoopModel(trace, actions, START + (trace.calmTicks > 0 ? CALM : trace.steps[0]!).afterMs)
    this.#optimizer = new Optimizer({
      registries: [new Registry({ scope: { name: 'homeostat', version: '0' }, clock }), registry],
      rules,
      responses,
      actions: actions.map(action => this.#action(action)),
      modeOf: name => this.#step.modes[actions.findIndex(action => action.name === name)] ?? 'off',
      environment: {},
      warmUpMs: trace.warmUpMs,
      intervalMs: INTERVAL_MS,
      budget: trace.budget,
      clock,
      random: createRandom(trace.seed + 1),
    })
  }

  get isAtRest(): boolean {
    return this.#optimizer.trials.open.length === 0 && this.#unsettled.size === 0
  }

  get checked(): Checked {
    return { violations: this.#model.violations, ...this.#counts }
  }

  async step(step: Step): Promise<void> {
    const { killSwitch } = this.#optimizer
    this.#step = step
    this.#time.set(this.#time.now() + step.afterMs)
    await turn()
    if (step.killSwitch === 'trip') killSwitch.trip('the trace')
    if (step.killSwitch === 'reset') killSwitch.reset()
    const { tripped } = killSwitch.state
    this.#show(step)
    this.#model.world(step, tripped, this.#time.now())
    const entry = this.#optimizer.tick()
    this.#model.told(entry, this.#unsettled)
    this.#counts.ticks++
    this.#counts.runs += entry.started.length
    this.#counts.withheld += entry.withheld.length
    this.#counts.breaches += entry.breaches.length
    this.#counts.reverts += entry.reverted.length
    this.#counts.preempted += entry.verdicts.filter(({ reason }) => reason.startsWith('ended for ')).length
    await turn()
    if (tripped) this.#isRestored('with the kill switch tripped')
  }

  async stop(): Promise<void> {
    if (!this.isAtRest)
      this.#model.violations.push(
        `at the end: ${this.#optimizer.trials.open.map(({ id, state }) => `${id} is ${state}`).join()}`,
      )
    await this.#optimizer.stop()
    this.#isRestored('at the end')
  }

  #isRestored(when: string): void {
    if (this.#inForce.size > 0) this.#model.violations.push(`${this.#inForce.size} changes in force ${when}`)
  }

  #show({ values, guarded }: Step): void {
    for (const [plant, value] of values.entries()) show(this.#pressure[plant]!, value)
    show(this.#guarded, guarded)
  }

  #action({ name, touches, isShared }: ModelledAction): Action {
    return {
      name,
      scope: isShared ? 'shared' : 'process',
      touches,
      raises: [],
      lowers: touches,
      risk: 0,
      run: context => this.#run(name, context),
    }
  }

  async #run(name: string, { firing }: ActionContext): Promise<Receipt> {
    const { behaviour } = this.#step
    this.#model.runs(name, firing.labels['plant'], this.#unsettled.has(name))
    this.#unsettled.add(name)
    try {
      if (behaviour.includes('hangs')) await this.#time.reaches(this.#time.now() + HANGS_MS)
      if (behaviour === 'throws') throw new Error('no')
      this.#model.blocks(name, BLOCKED_MS)
      const receipt = {
        summary: 'ran',
        effects: { plants: behaviour === 'does nothing' ? 0 : 1 },
        blockedMs: BLOCKED_MS,
      }
      return behaviour.includes('lasts') ? { ...receipt, ...this.#lasting() } : receipt
    } finally {
      this.#unsettled.delete(name)
    }
  }

  #lasting(): Pick<Receipt, 'undo' | 'renew'> {
    const change = Symbol('change')
    this.#inForce.add(change)
    return {
      renew: async () => true,
      undo: async () => {
        this.#inForce.delete(change)
        return { result: 'restored' }
      },
    }
  }
}

/** Nothing is wrong and nobody interferes. */
const CALM: Step = {
  afterMs: INTERVAL_MS,
  values: Array.from({ length: PLANTS }, () => 0),
  guarded: 1,
  killSwitch: 'reset',
  modes: actions.map(() => 'act'),
  behaviour: 'works',
}

function definition(name: string): MetricDefinition {
  return {
    name: `plant.${name}`,
    kind: 'gauge',
    unit: '1',
    description: 'Of the simulated plant',
    attributes: ['plant'],
  }
}

function show(series: LevelSeries, value: number | undefined): void {
  if (value === undefined) series.clear()
  else series.set(value)
}
