import { Registry } from '@homeostat/signals'
import { AdmissionGate } from '../../src/admission/admission-gate.ts'
import { JobDemands, type RunCost } from '../../src/admission/job-demands.ts'
import { JobNames } from '../../src/jobs/job-names.ts'
import { JobRuns } from '../../src/jobs/job-runs.ts'
import { SeenWorkers } from '../../src/signals/seen-workers.ts'

/** The part of a job that the gate depends on. */
export class BareJob {
  readonly name: string
  readonly id: string
  readonly opts: Readonly<Record<string, unknown>>
  attemptsStarted = 1
  readonly attemptsMade = 0
  parentKey?: string
  /** The commands that the gate has sent to Redis. */
  readonly calls: string[] = []
  children = 0
  /** Answers as Redis would. */
  move: () => Promise<void> = async () => {}
  isMoved = false
  timestamp = 0

  constructor(name: string, id: string, opts: Readonly<Record<string, unknown>> = {}) {
    this.name = name
    this.id = id
    this.opts = opts
  }

  async getDependenciesCount(): Promise<Record<string, number>> {
    this.calls.push('children')
    return { processed: this.children, unprocessed: 0 }
  }
  async moveToDelayed(timestamp: number, _token: string): Promise<void> {
    this.calls.push('move')
    await this.move()
    this.timestamp = timestamp
  }
  async promote(): Promise<void> {
    this.calls.push('promote')
  }
  async changePriority(options: { readonly priority: number; readonly lifo: true }): Promise<void> {
    this.calls.push(`front of ${options.priority}`)
  }
  async isDelayed(): Promise<boolean> {
    this.calls.push('state')
    return this.isMoved
  }
}

/** The part of a Worker that the gate depends on. A run lasts until the test ends it. */
export class BareWorker {
  readonly name: string
  readonly qualifiedName: string
  readonly keys = {}
  readonly opts: Readonly<Record<string, unknown>>
  readonly concurrency: number
  closing: unknown
  childPool: unknown
  readonly running: string[] = []
  readonly #ends = new Map<string, () => void>()

  constructor(
    concurrency: number,
    { name = 'work', ...opts }: { readonly name?: string; [option: string]: unknown } = {},
  ) {
    this.name = name
    this.qualifiedName = `bull:${name}`
    this.concurrency = concurrency
    this.opts = { concurrency, ...opts }
  }

  async callProcessJob(job: BareJob, _token: string): Promise<void> {
    this.running.push(job.id)
    await new Promise<void>(resolve => this.#ends.set(job.id, resolve))
    this.running.splice(this.running.indexOf(job.id), 1)
  }

  end(id: string): void {
    this.#ends.get(id)?.()
  }
}

export interface GateOptions {
  readonly exclude?: readonly string[]
  readonly maxDeferredMs?: number
  /** How busy the event loop is. */
  readonly utilization?: number
}

/** A gate, the runs that it gates, and the costs that are known. */
export function gateOver(
  workers: readonly BareWorker[],
  costs: Readonly<Record<string, RunCost>>,
  { exclude = [], maxDeferredMs = 60_000, utilization = 1 }: GateOptions = {},
): { readonly gate: AdmissionGate; readonly errors: unknown[]; readonly workers: SeenWorkers } {
  const errors: unknown[] = []
  const registry = new Registry({ scope: { name: 'gate' } })
  const { faults } = registry
  faults.report = (_component, error) => void errors.push(error)
  const seen = new SeenWorkers()
  const runs = new JobRuns({ workers: seen, names: new JobNames(), faults })
  for (const worker of workers) seen.add(worker)
  const demands = new JobDemands({ of: (_queue, name) => costs[name] })
  const utilizationMeter = () => () => utilization
  const gate = new AdmissionGate({ runs, demands, registry, exclude, maxDeferredMs, utilizationMeter })
  return { gate, errors, workers: seen }
}
