import { describe, expect, it } from 'vitest'
import { GatedWorkers, eventually, heavy, settled } from './gated-workers.ts'

const gated = new GatedWorkers()

describe('the gate of admission, where it defers', () => {
  it('defers a job where half of the slots are held by waiting ones, without an attempt', async () => {
    const { gate, worker } = gated.start(4)
    gate.setLoop(1)
    const [first, ...others] = ['a', 'b', 'c', 'd'].map(id => heavy(id))
    void gated.run(worker, first!)
    const ends = others.map(job => gated.run(worker, job))
    expect(await ends[2]).toBe('DelayedError')
    expect(others.map(({ calls }) => calls)).toEqual([[], [], ['children', 'move']])
    expect(others[2]!.timestamp).toBeGreaterThan(Date.now())
    expect(gate.waiting).toBe(2)
    for (const id of ['a', 'b']) {
      await eventually(() => worker.running).toEqual([id])
      worker.end(id)
    }
    // Its place is kept: it starts before one that asked after it.
    await eventually(() => worker.running).toEqual(['c'])
    void gated.run(worker, heavy('e'))
    void gated.run(worker, others[2]!)
    worker.end('c')
    await eventually(() => worker.running).toEqual(['d'])
  })

  it('defers nothing once the total of a job is used up', async () => {
    const { gate, worker } = gated.start(2, { maxDeferredMs: 0 })
    gate.setLoop(1)
    const jobs = ['a', 'b', 'c'].map(id => heavy(id))
    for (const job of jobs) void gated.run(worker, job)
    await settled()
    expect(jobs.flatMap(({ calls }) => calls)).toEqual([])
    expect(gate.waiting).toBe(2)
  })

  it('lets a job run that cannot be deferred', async () => {
    const { worker, errors } = gated.startFull()
    const lost = heavy('c')
    lost.move = () => Promise.reject(new Error('Missing lock for job c. moveToDelayed'))
    void gated.run(worker, lost)
    await eventually(() => worker.running).toEqual(['a', 'c'])
    expect(lost.calls).toEqual(['children', 'move', 'state'])
    // And Redis is left alone for a while.
    const next = heavy('d')
    void gated.run(worker, next)
    await settled()
    expect([next.calls, errors]).toEqual([[], []])
  })

  it('does not run a job that Redis has moved before its connection broke', async () => {
    const { worker } = gated.startFull()
    const moved = heavy('c')
    moved.move = () => Promise.reject(new Error('Connection is closed.'))
    moved.isMoved = true
    expect(await gated.run(worker, moved)).toBe('DelayedError')
  })

  it('keeps a job waiting whose children cannot be asked for', async () => {
    const { gate, worker } = gated.startFull()
    const unclear = heavy('c')
    unclear.getDependenciesCount = () => Promise.reject(new Error('Connection is closed.'))
    void gated.run(worker, unclear)
    await settled()
    expect([worker.running, gate.waiting, unclear.calls]).toEqual([['a'], 2, []])
    worker.end('a')
    await eventually(() => worker.running).toEqual(['b'])
    worker.end('b')
    await eventually(() => worker.running).toEqual(['c'])
  })

  it('lets the parent of a flow go as soon as it knows', async () => {
    const { worker } = gated.startFull()
    const parent = heavy('p')
    parent.children = 3
    void gated.run(worker, parent)
    await eventually(() => worker.running).toEqual(['a', 'p'])
    expect(parent.calls).toEqual(['children'])
  })

  it.each([
    ['whose starts are counted', 8, { maxStartedAttempts: 3 }],
    ['that takes one job at a time', 1, {}],
  ])('never defers a job of a worker %s', async (_what, concurrency, options) => {
    const { gate, worker } = gated.start(concurrency, { worker: options })
    gate.setLoop(1)
    const jobs = ['a', 'b', 'c', 'd', 'e', 'f'].map(id => heavy(id))
    for (const job of jobs) void gated.run(worker, job)
    await settled()
    expect([worker.running, jobs.flatMap(({ calls }) => calls), gate.waiting]).toEqual([['a'], [], 5])
  })
})
