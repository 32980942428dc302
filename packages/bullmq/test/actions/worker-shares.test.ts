import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { WorkerShares } from '../../src/actions/worker-shares.ts'
import { SeenWorkers } from '../../src/signals/seen-workers.ts'
import { PlainWorker, seen } from './plain-worker.ts'

function sharesOf(workers: SeenWorkers): { shares: WorkerShares; faults: unknown[] } {
  const faults: unknown[] = []
  return { shares: new WorkerShares({ workers, onFault: error => faults.push(error) }), faults }
}

test('each worker is lowered by the same share, to whole jobs and at least one, and is back exactly', () => {
  const own = [1, 2, 3, 10, 1.5, 100]
  const workers = own.map(concurrency => new PlainWorker(concurrency))
  const { shares } = sharesOf(seen(...workers))
  const now = (): number[] => workers.map(({ concurrency }) => concurrency)
  shares.set(0.5)
  expect(now()).toEqual([1, 1, 2, 5, 1, 50])
  shares.set(0.1)
  expect(now()).toEqual([1, 1, 1, 1, 1, 10])
  shares.set(0.99)
  expect(now()).toEqual([1, 2, 3, 10, 1, 99])
  shares.set(1)
  expect(now()).toEqual(own)
})

test('the workers of a queue are raised beside the share of all, which comes first when it is below 1', () => {
  const [one, eight, other] = [new PlainWorker(1), new PlainWorker(8), new PlainWorker(8, 'mail')]
  const { shares } = sharesOf(seen(one, eight, other))
  const now = (): number[] => [one, eight, other].map(({ concurrency }) => concurrency)
  shares.raise('webhook', 1.25)
  expect(now()).toEqual([2, 10, 8])
  expect(shares.of('webhook')).toEqual({ now: 12, own: 9, workers: 2 })
  shares.set(0.5)
  expect(now()).toEqual([1, 4, 4])
  shares.set(2)
  expect(now()).toEqual([2, 16, 16])
  shares.raise('webhook', 100)
  expect(now()).toEqual([4, 32, 16])
  shares.set(1)
  expect(now()).toEqual([4, 32, 8])
  shares.raise('webhook', 1)
  expect(now()).toEqual([1, 8, 8])
})

test('a raised worker that somebody else sets is left alone, and is not raised again until the others are back', () => {
  const [theirs, ours] = [new PlainWorker(8), new PlainWorker(8)]
  const { shares, faults } = sharesOf(seen(theirs, ours))
  shares.raise('webhook', 2)
  theirs.concurrency = 3
  shares.raise('webhook', 3)
  expect([theirs.concurrency, ours.concurrency]).toEqual([3, 24])
  expect(String(faults[0])).toContain('a concurrency of 3, not the 16 that Homeostat had raised it to (from 8)')
  shares.raise('webhook', 1)
  expect([theirs.concurrency, ours.concurrency]).toEqual([3, 8])
})

test('a worker that somebody else sets is left alone until the share is back at 1, and reported once', () => {
  const [theirs, ours] = [new PlainWorker(10), new PlainWorker(10)]
  const { shares, faults } = sharesOf(seen(theirs, ours))
  shares.set(0.5)
  theirs.concurrency = 20
  for (let i = 0; i < 3; i++) expect(shares.read()).toBe(0.5)
  expect(faults).toMatchObject([{ code: 'HOMEOSTAT_WORKER_SET_ELSEWHERE' }])
  expect(String(faults[0])).toContain(
    'webhook has a concurrency of 20, not the 5 that Homeostat had lowered it to (from 10)',
  )
  shares.set(0.2)
  expect([theirs.concurrency, ours.concurrency]).toEqual([20, 2])
  shares.set(1)
  expect([theirs.concurrency, ours.concurrency]).toEqual([20, 10])
  shares.set(0.5)
  expect([theirs.concurrency, ours.concurrency]).toEqual([10, 5])
  expect(faults).toHaveLength(1)
})

test('a value set right after a worker was created is its own value', async () => {
  const workers = new SeenWorkers()
  const { shares, faults } = sharesOf(workers)
  shares.set(0.5)
  const worker = new PlainWorker(1)
  workers.add(worker)
  worker.concurrency = 30
  await Promise.resolve()
  expect(worker.concurrency).toBe(15)
  shares.set(1)
  expect(worker.concurrency).toBe(30)
  expect(faults).toEqual([])
})

test('a worker that refuses is reported and left, and the others go on', () => {
  class Stubborn extends PlainWorker {
    override get concurrency(): number {
      return 10
    }
    override set concurrency(_: number) {
      throw new Error('not today')
    }
  }
  const [stubborn, other] = [new Stubborn(10), new PlainWorker(10)]
  const { shares, faults } = sharesOf(seen(stubborn, other))
  shares.set(0.5)
  shares.set(0.2)
  expect(other.concurrency).toBe(2)
  expect(faults).toMatchObject([{ code: 'HOMEOSTAT_WORKER_NOT_SET', cause: { message: 'not today' } }])
})

test('it gives the reason why a lower share would change nothing', () => {
  const unready = (...workers: readonly PlainWorker[]): string | undefined =>
    sharesOf(seen(...workers)).shares.unready()
  expect(unready()).toBe('this process has no BullMQ worker that Homeostat observes')
  expect(unready(new PlainWorker(1), new PlainWorker(1))).toContain('takes one job at a time already')
  expect(unready(new PlainWorker(1), new PlainWorker(2))).toBe(undefined)

  const closed = new PlainWorker(8)
  closed.closing = Promise.resolve()
  expect(unready(closed)).toBe('this process has no BullMQ worker that Homeostat observes')

  const worker = new PlainWorker(8)
  const { shares } = sharesOf(seen(worker))
  shares.set(0.1)
  expect([worker.concurrency, shares.unready()]).toEqual([1, undefined])
  worker.concurrency = 4
  shares.read()
  expect(shares.unready()).toContain('somebody else has set')
})

test('a worker without a setter is never assigned to; the value of BullMQ 5.0 is read where BullMQ reads it', () => {
  const parts = { name: 'webhook', qualifiedName: 'bull:webhook', keys: {} }
  const plain = { ...parts, concurrency: 10 }
  const told = {
    ...parts,
    opts: { concurrency: 10 },
    set concurrency(value: number) {
      this.opts.concurrency = value
    },
  }
  const workers = new SeenWorkers()
  const { shares } = sharesOf(workers)
  workers.add(plain)
  expect(shares.unready()).toContain('cannot be set in this version of BullMQ')
  workers.add(told)
  expect(shares.unready()).toBe(undefined)
  shares.set(0.5)
  expect([plain.concurrency, told.opts.concurrency]).toEqual([10, 5])
  shares.set(1)
  expect([plain.concurrency, told.opts.concurrency]).toEqual([10, 10])
})

/** A worker, and what the person who runs the service wants it to have. */
interface Expected {
  readonly worker: PlainWorker
  wanted: number
  isLeft: boolean
}

const concurrency = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.double({ min: 1, max: 4, noNaN: true }))
const step = fc.oneof(
  fc.record({ what: fc.constant('share' as const), share: fc.constantFrom(0.1, 0.25, 0.5, 0.7, 0.999, 1, 1) }),
  fc.record({ what: fc.constant('new' as const), concurrency }),
  fc.record({ what: fc.constantFrom('person' as const, 'close' as const), which: fc.nat(), concurrency }),
  fc.record({ what: fc.constant('off and on' as const) }),
)

test('whatever comes, goes and is set meanwhile: lowered workers have their share, and all end as they are wanted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const workers = new SeenWorkers()
      const { shares, faults } = sharesOf(workers)
      const known: Expected[] = []
      let [share, edits] = [1, 0]
      for (const each of steps) {
        if (each.what === 'share') shares.set((share = each.share))
        else if (each.what === 'new') {
          const worker = new PlainWorker(each.concurrency)
          known.push({ worker, wanted: each.concurrency, isLeft: false })
          workers.add(worker)
          await Promise.resolve()
        } else if (each.what === 'off and on') {
          workers.end()
          for (const { worker, wanted } of known) expect(worker.concurrency).toBe(wanted)
          for (const expected of known) expected.isLeft = false
          for (const { worker } of known) workers.add(worker)
          await Promise.resolve()
        } else if (known.length > 0) {
          const expected = known[each.which % known.length]!
          if (each.what === 'close') {
            expected.worker.closing = Promise.resolve()
            known.splice(known.indexOf(expected), 1)
          } else if (each.concurrency !== expected.worker.concurrency) {
            expected.worker.concurrency = expected.wanted = each.concurrency
            if (share < 1 && !expected.isLeft) edits++
            expected.isLeft = share < 1
          }
        }
        expect(shares.read()).toBe(share)
        if (share === 1) for (const expected of known) expected.isLeft = false
        for (const { worker, wanted, isLeft } of known) {
          const lowered = Math.max(1, Math.min(wanted, Math.round(wanted * share)))
          expect(worker.concurrency).toBe(isLeft || share === 1 ? wanted : lowered)
        }
      }
      expect(faults).toHaveLength(edits)
      shares.set(1)
      for (const { worker, wanted } of known) expect(worker.concurrency).toBe(wanted)
    }),
  )
})
