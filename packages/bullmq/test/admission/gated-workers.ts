import { afterEach, expect } from 'vitest'
import type { AdmissionGate } from '../../src/admission/admission-gate.ts'
import type { RunCost } from '../../src/admission/job-demands.ts'
import type { SeenWorkers } from '../../src/signals/seen-workers.ts'
import { BareJob, BareWorker, gateOver, type GateOptions } from './bare-worker.ts'

export const HEAVY: RunCost = { runSeconds: 0.05, cpuSeconds: 0.05, databaseSeconds: 0 }
export const COSTS: Readonly<Record<'heavy' | 'light', RunCost>> = {
  heavy: HEAVY,
  light: { runSeconds: 0.05, cpuSeconds: 0.001, databaseSeconds: 0 },
}

export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 5000, interval: 2 })
export const heavy = (id: string, opts?: Record<string, unknown>): BareJob => new BareJob('heavy', id, opts)
/** Longer than the turns of the loop that a start may take. */
export const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 20))

/** A worker and the gate over its runs. */
export interface GatedWorker {
  readonly worker: BareWorker
  readonly gate: AdmissionGate
  readonly errors: unknown[]
  readonly workers: SeenWorkers
}

/** Makes workers with gates, which end after the test, and runs jobs on them. */
export class GatedWorkers {
  readonly #open: AdmissionGate[] = []
  #token = 0

  constructor() {
    afterEach(() => {
      for (const gate of this.#open.splice(0)) gate[Symbol.dispose]()
    })
  }

  /** Nothing is limited yet. */
  start(
    concurrency: number,
    {
      worker: workerOptions,
      costs = COSTS,
      ...options
    }: GateOptions & {
      readonly worker?: Record<string, unknown>
      readonly costs?: Readonly<Record<string, RunCost>>
    } = {},
  ): GatedWorker {
    const worker = new BareWorker(concurrency, workerOptions)
    const made = gateOver([worker], costs, options)
    this.#open.push(made.gate)
    return { worker, ...made }
  }

  /** A worker with two slots: the heavy job `a` runs on one and the heavy job `b` waits on the other. */
  startFull(): GatedWorker {
    const started = this.start(2)
    started.gate.setLoop(1)
    void this.run(started.worker, heavy('a'))
    void this.run(started.worker, heavy('b'))
    return started
  }

  /** Calls the processor as BullMQ does; resolves to how the call ended. */
  run(worker: BareWorker, job: BareJob): Promise<string> {
    return worker.callProcessJob(job, `${this.#token++}`).then(
      () => 'done',
      (error: Error) => error.name,
    )
  }
}
