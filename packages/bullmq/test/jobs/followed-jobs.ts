import { startRedis, type Redis as Server } from '@homeostat/services'
import * as bullmq6 from 'bullmq'
import * as bullmq5 from 'bullmq-5'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { JobRun, RunOutcome } from '../../src/jobs/job-run.ts'
import { BullMQInstrumentation } from '../../src/index.ts'

/** The versions of BullMQ that are tested here, as one type. */
export const versions: readonly (readonly [string, typeof bullmq6])[] = [
  ['BullMQ 6', bullmq6],
  ['BullMQ 5', bullmq5 as unknown as typeof bullmq6],
]

/** A Redis server of the test file's own, and an instrumentation per test whose runs of jobs are noted. */
export class FollowedJobs {
  server!: Server
  instrumentation!: BullMQInstrumentation
  prefix!: string
  /** `name started` and `name outcome`, in order. */
  readonly events: string[] = []
  readonly runs: JobRun[] = []
  readonly #open: { close(): Promise<unknown> }[] = []

  constructor() {
    beforeAll(async () => void (this.server = await startRedis({ from: ['path', 'debian-packages'] })))
    afterAll(() => this.server.stop())
    beforeEach(() => {
      this.prefix = crypto.randomUUID()
      this.instrumentation = new BullMQInstrumentation()
      this.instrumentation.enable()
      this.instrumentation.runs.follow({
        started: run => {
          this.runs.push(run)
          this.events.push(`${run.name} started`)
        },
        ended: ({ name }: JobRun, outcome: RunOutcome) => void this.events.push(`${name} ${outcome}`),
      })
    })
    afterEach(async () => {
      await Promise.all(this.#open.splice(0).map(object => object.close()))
      this.instrumentation.disable()
      this.events.length = 0
      this.runs.length = 0
    })
  }

  get at(): { readonly connection: { readonly host: string; readonly port: number }; readonly prefix: string } {
    const { host, port } = this.server
    return { connection: { host, port }, prefix: this.prefix }
  }

  /** Closes the object after the test. */
  opened<T extends { close(): Promise<unknown> }>(object: T): T {
    this.#open.push(object)
    return object
  }
}
