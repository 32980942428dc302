import { forecast } from '@homeostat/forecast/domain'
import type { Action, Response } from '@homeostat/optimizer'
import { createNoise } from '@homeostat/lab/scenarios'
import { rules } from '@homeostat/runtime/domain'
import { attributes, metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import type { ServiceKind, ServiceOptions, SimulatedService } from './simulated-service.ts'
import type { Habits } from './swing.ts'
import { loadAt } from './swing.ts'

const HABITS: Habits = { base: 0.35, day: 0.15, limit: 0.9, peaks: [0.93, 1.1] }
/** Share of the load that is heavy work in a queue. */
const HEAVY = 0.6
/** The share of the heavy work that still runs while the rest is put off: heavy jobs get half of the loop. */
const TAKEN_ON = 0.5
/** CPU that working off the queue takes on top of the load, once nothing is put off any more. */
const CATCHING_UP = 0.15
const NOISE = { deviation: 0.04, autocorrelation: 0.7 }

/** The saturation that has come gets the same actions as the one that is forecast, with the same expectation and guard. */
const RESPONSES: readonly Response[] = forecast()
  .responses.filter(({ to }) => to.alert === 'CpuBottleneckAhead')
  .map(({ action, priority, expect, guards }): Response => ({
    to: { alert: 'CpuSaturated' },
    action,
    priority,
    ...(expect && { expect }),
    ...(guards && { guards }),
  }))

/** CPU with heavy work in a queue: what is put off waits there, and comes back afterwards. */
export function cpuService({ isQueueSeen }: { readonly isQueueSeen: boolean }): ServiceKind {
  return {
    name: isQueueSeen ? 'cpu, age of the queue seen' : 'cpu',
    target: 'cpu',
    habits: HABITS,
    rules: rules.filter(({ alert }) => alert === 'CpuSaturated'),
    responses: RESPONSES,
    create: options => new CpuService(options, isQueueSeen),
  }
}

class CpuService implements SimulatedService {
  readonly registry: Registry
  readonly actions: readonly Action[]
  readonly #options: ServiceOptions
  readonly #noise: () => number
  readonly #show: (utilization: number, ageS: number) => void
  readonly #minute: number[] = []
  #isPutOff = false
  /** Seconds of CPU that wait. */
  #waiting = 0

  constructor(options: ServiceOptions, isQueueSeen: boolean) {
    const { clock, random } = options
    this.#options = options
    this.#noise = createNoise(random, NOISE.autocorrelation)
    this.registry = new Registry({ scope: { name: 'service' }, clock })
    const utilization = this.registry.level(metrics.processCpuUtilization).with()
    const age = this.registry.level(metrics.queueOldestWaitingAge).with({ [attributes.queueName]: 'heavy' })
    this.#show = (value, ageS) => {
      utilization.set(value)
      if (isQueueSeen) age.set(ageS)
    }
    this.actions = [
      {
        name: 'queue.rescheduleHeavyTasks',
        scope: 'process',
        touches: ['queue'],
        lowers: ['cpu', 'memory', 'database'],
        raises: [],
        risk: 1,
        run: async () => {
          this.#isPutOff = true
          return {
            summary: 'takes on half of the heavy work',
            effects: { changed: 1 },
            undo: async () => {
              this.#isPutOff = false
              return { result: 'restored' }
            },
          }
        },
      },
    ]
  }

  advance(elapsedMs: number): number {
    const { swings, intervalMs } = this.#options
    const seconds = intervalMs / 1000
    const load = loadAt(HABITS, swings, elapsedMs) * Math.exp(NOISE.deviation * this.#noise())
    const putOff = this.#isPutOff ? load * HEAVY * (1 - TAKEN_ON) : 0
    const caughtUp = this.#isPutOff ? 0 : Math.min(CATCHING_UP, this.#waiting / seconds)
    this.#waiting += (putOff - caughtUp) * seconds
    const utilization = Math.min(1, load - putOff + caughtUp)
    this.#show(utilization, this.#waiting / (load * HEAVY))
    if (this.#minute.push(utilization) > 60 / seconds) this.#minute.shift()
    return this.#minute.reduce((sum, value) => sum + value, 0) / this.#minute.length
  }
}
