import { BullMQInstrumentation } from '@homeostat/bullmq'
import { StallGuard } from '@homeostat/bullmq/domain'

/** The part of a Worker that the guard depends on, and nothing of BullMQ's own work. */
class BareWorker {
  readonly name = 'work'
  readonly qualifiedName = 'bull:work'
  readonly keys = {}
  readonly opts = { lockDuration: 30_000, stalledInterval: 30_000 }
  readonly id: string = crypto.randomUUID()
  /** Never connected. */
  readonly client = new Promise<never>(() => {})

  async _getNextJob(_token: string): Promise<object | undefined> {
    return JOB
  }
  async processJob(_job: object, _token: string): Promise<object | undefined> {
    return undefined
  }
  async getNextJob(): Promise<void> {}
  async close(): Promise<void> {}
}

const JOB = { name: 'block' }
/** Fetching, start and end. */
const EVENTS = 3

/** What the guard adds to each event of a job, in nanoseconds of CPU: the median of the rounds. */
export async function handlerNanoseconds({
  jobs,
  rounds,
}: {
  readonly jobs: number
  readonly rounds: number
}): Promise<number[]> {
  const instrumentation = new BullMQInstrumentation()
  instrumentation.enable()
  const bare = new BareWorker()
  // A class of its own: the methods of the other one are to stay as they are.
  const guarded = new (class extends BareWorker {
    override async _getNextJob(_token: string): Promise<object | undefined> {
      return JOB
    }
    override async processJob(_job: object, _token: string): Promise<object | undefined> {
      return undefined
    }
  })()
  const { workers, registry } = instrumentation
  using _guard = new StallGuard({ workers, registry })
  instrumentation.observeWorker(guarded)
  const found: number[] = []
  for (let round = -1; round < rounds; round++) {
    const added = (await cpuOf(guarded, jobs)) - (await cpuOf(bare, jobs))
    // The first round warms up.
    if (round >= 0) found.push((added * 1000) / jobs / EVENTS)
  }
  instrumentation.disable()
  return found
}

/** In microseconds of this thread: what the compiler and the collector do beside it varies by more than what is measured. */
async function cpuOf(worker: BareWorker, jobs: number): Promise<number> {
  // As BullMQ counts them: a token is made for a fetch, and serves for its job.
  const tokens = Array.from({ length: 1000 }, (_, number) => `${worker.id}:${number}`)
  const before = process.threadCpuUsage()
  for (let i = 0; i < jobs; i++) {
    const token = tokens[i % tokens.length]!
    const job = await worker._getNextJob(token)
    if (job) await worker.processJob(job, token)
  }
  const { user, system } = process.threadCpuUsage(before)
  return user + system
}
