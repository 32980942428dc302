import { expect, it } from 'vitest'
import { GuardedWorker, lockTimesOf, type GuardableWorker } from '../../src/stall-guard/guarded-worker.ts'
import { MOST_SLOTS, TokenSlots } from '../../src/stall-guard/thread/shared-memory.ts'
import { WorkerPatches } from '../../src/stall-guard/worker-patches.ts'

interface Deferred {
  readonly promise: Promise<unknown>
  readonly resolve: (value?: unknown) => void
  readonly reject: (error: unknown) => void
}

/** The methods of a Worker that are patched; what they return is settled by the test. */
class PlainWorker implements GuardableWorker {
  readonly name = 'q'
  readonly qualifiedName = 'bull:q'
  readonly keys = {}
  readonly id: string = 'w1'
  readonly opts = { lockDuration: 1000, lockRenewTime: 500 }
  closing: unknown
  closed = false
  readonly calls: Deferred[] = []

  _getNextJob(..._args: unknown[]): Promise<unknown> {
    return this.#call()
  }
  processJob(_job: unknown, _token: unknown): Promise<unknown> {
    return this.#call()
  }
  close(_isForced?: boolean): void {}

  #call(): Promise<unknown> {
    const call = Promise.withResolvers<unknown>()
    this.calls.push(call)
    return call.promise
  }
}

function guarded<T extends PlainWorker>(
  worker: T,
): { worker: T; guard: GuardedWorker; held: () => number[]; ends: () => number } {
  let ends = 0
  const guard = new GuardedWorker(worker, {
    id: 1,
    times: lockTimesOf(worker)!,
    onEnd: () => ends++,
    onFull: () => expect.fail('there is room'),
  })
  const patches = new WorkerPatches(found => (found === worker ? guard : undefined))
  patches.patch(worker)
  patches.patch(worker)
  return { worker, guard, held: () => new TokenSlots(guard.slots.memory).taken(), ends: () => ends }
}

it('a token is held from the fetch until the job is recorded, and goes on with the next job', async () => {
  const { worker, guard, held } = guarded(new PlainWorker())
  const fetch = worker._getNextJob('w1:7', { block: true })
  expect(held()).toEqual([7])
  expect(guard.jobs()[0]!.jobName).toBeUndefined()
  worker.calls[0]!.resolve({ name: 'pdf' })
  await fetch
  expect(held()).toEqual([7])
  const first = worker.processJob({ name: 'pdf' }, 'w1:7')
  expect(guard.jobNameOf(7)).toBe('pdf')
  worker.calls[1]!.resolve({ name: 'next' })
  await first
  expect(held()).toEqual([7])
  expect(guard.jobNameOf(7)).toBeUndefined()
  const second = worker.processJob({ name: 'next' }, 'w1:7')
  worker.calls[2]!.resolve()
  await second
  expect(held()).toEqual([])
})

it('BullMQ 5 has the token as third argument', () => {
  const { worker, held } = guarded(new PlainWorker())
  void worker._getNextJob({}, {}, 'w1:3', { block: true })
  expect(held()).toEqual([3])
})

it('a fetch without a job, one that fails, and a job that fails let their tokens go', async () => {
  const { worker, held } = guarded(new PlainWorker())
  const all = [worker._getNextJob('w1:1'), worker._getNextJob('w1:2'), worker.processJob({}, 'w1:3')]
  expect(held()).toEqual([1, 2, 3])
  worker.calls[0]!.resolve(undefined)
  for (const call of worker.calls.slice(1)) call.reject(new Error('no'))
  await Promise.allSettled(all)
  expect(held()).toEqual([])
})

it('tokens that the application has chosen are not held', () => {
  const { worker, held } = guarded(new PlainWorker())
  for (const token of ['mine', 'w1', 'w1:', 'w1:x', 'w1:1x', 'w2:1', 'w1:-1', 'w1:12345678901', 7, undefined])
    void worker._getNextJob(token)
  expect(held()).toEqual([])
})

it('a worker that closes keeps its jobs until they end, and gives them up when it is forced', async () => {
  const { worker, guard, held } = guarded(new PlainWorker())
  const job = worker.processJob({ name: 'pdf' }, 'w1:1')
  worker.closing = Promise.resolve()
  worker.close()
  expect([held(), guard.isOver]).toEqual([[1], false])
  worker.calls[0]!.resolve()
  await job
  expect([held(), guard.isOver]).toEqual([[], true])

  const forced = guarded(new PlainWorker())
  void forced.worker.processJob({ name: 'pdf' }, 'w1:1')
  forced.worker.close(true)
  expect([forced.held(), forced.guard.isOver]).toEqual([[], true])
  void forced.worker.processJob({ name: 'pdf' }, 'w1:2')
  expect(forced.held()).toEqual([])
})

it('a subclass that calls the method it overrides ends a job once', async () => {
  class Pro extends PlainWorker {
    override processJob(job: unknown, token: unknown): Promise<unknown> {
      return super.processJob(job, token)
    }
  }
  const worker = new Pro()
  const { held, ends, guard } = guarded(worker)
  const base = new WorkerPatches(() => guard)
  base.patch(Object.create(PlainWorker.prototype) as PlainWorker)
  const job = worker.processJob({ name: 'pdf' }, 'w1:1')
  worker.calls[0]!.resolve()
  await job
  expect([held(), ends()]).toEqual([[], 1])
  base[Symbol.dispose]()
})

it('slots are used again, and there are enough', () => {
  const slots = new TokenSlots()
  const made = Array.from({ length: MOST_SLOTS }, () => slots.add())
  expect(slots.add()).toBe(-1)
  made.forEach((slot, token) => slots.set(slot, token))
  expect(slots.taken()).toHaveLength(MOST_SLOTS)
  slots.clear(made[0]!)
  expect(slots.taken()[0]).toBe(1)
})

it('only locks that BullMQ renews are guarded', () => {
  const times = (opts: object): unknown => lockTimesOf({ name: 'q', qualifiedName: 'bull:q', keys: {}, opts })
  expect(times({ lockDuration: 30_000 })).toEqual({ lockMs: 30_000, renewMs: 15_000 })
  expect(times({ lockDuration: 30_000, skipLockRenewal: true })).toBeUndefined()
  expect(times({ lockDuration: 30_000, lockRenewTime: -1 })).toBeUndefined()
  for (const lockDuration of [0, -1, NaN, Infinity, '30', undefined]) expect(times({ lockDuration })).toBeUndefined()
})
