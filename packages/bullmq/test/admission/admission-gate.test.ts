import { describe, expect, it } from 'vitest'
import { createAdmissionKnobs } from '../../src/admission/admission-knobs.ts'
import { BareJob } from './bare-worker.ts'
import { GatedWorkers, eventually, heavy, settled } from './gated-workers.ts'

const gated = new GatedWorkers()

describe('the gate of admission', () => {
  it('leaves everything alone until it limits something', async () => {
    const { worker } = gated.start(8)
    const ends = ['a', 'b', 'c'].map(id => gated.run(worker, heavy(id)))
    // In the same turn, as without it.
    expect(worker.running).toEqual(['a', 'b', 'c'])
    for (const id of ['a', 'b', 'c']) worker.end(id)
    expect(await Promise.all(ends)).toEqual(['done', 'done', 'done'])
  })

  it('lets one heavy job run at a time and light ones at once, in their order', async () => {
    const { gate, worker } = gated.start(8)
    gate.setLoop(1)
    void gated.run(worker, heavy('a'))
    void gated.run(worker, heavy('b'))
    void gated.run(worker, new BareJob('light', 'l'))
    void gated.run(worker, new BareJob('unknown', 'u'))
    await settled()
    expect(worker.running).toEqual(['a', 'l', 'u'])
    void gated.run(worker, heavy('c'))
    worker.end('a')
    await eventually(() => worker.running).toEqual(['l', 'u', 'b'])
    worker.end('b')
    await eventually(() => worker.running).toEqual(['l', 'u', 'c'])
  })

  it('counts the runs that started before there was a limit', async () => {
    const { gate, worker } = gated.start(8)
    void gated.run(worker, heavy('early'))
    gate.setLoop(1)
    void gated.run(worker, heavy('a'))
    await settled()
    expect(worker.running).toEqual(['early'])
    worker.end('early')
    await eventually(() => worker.running).toEqual(['a'])
  })

  it('lets every job of a worker go that closes', async () => {
    const { gate, worker } = gated.start(8)
    gate.setLoop(1)
    for (const id of ['a', 'b', 'c']) void gated.run(worker, heavy(id))
    expect(worker.running).toEqual(['a'])
    worker.closing = Promise.resolve()
    await eventually(() => worker.running).toEqual(['a', 'b', 'c'])
  })

  it('lets every job go when it ends, and when nothing is observed any more', async () => {
    const first = gated.start(8)
    first.gate.setLoop(1)
    for (const id of ['a', 'b', 'c']) void gated.run(first.worker, heavy(id))
    first.gate[Symbol.dispose]()
    await eventually(() => first.worker.running).toEqual(['a', 'b', 'c'])
    const second = gated.start(8)
    second.gate.setLoop(1)
    for (const id of ['a', 'b', 'c']) void gated.run(second.worker, heavy(id))
    second.gate.letAllGo()
    await eventually(() => second.worker.running).toEqual(['a', 'b', 'c'])
  })

  it('runs more at once where the loop is idle although jobs wait', async () => {
    const { gate, worker } = gated.start(8, { utilization: 0.2 })
    gate.setLoop(1)
    // They are taken for the whole loop, and only wait.
    for (const id of ['a', 'b', 'c']) void gated.run(worker, heavy(id))
    await eventually(() => worker.running).toEqual(['a', 'b', 'c'])
  })

  it('limits the names that hold the database, to half of what they held', async () => {
    const costs = {
      report: { runSeconds: 1, cpuSeconds: 0, databaseSeconds: 1 },
      mail: { runSeconds: 1, cpuSeconds: 0, databaseSeconds: 0.05 },
    }
    const { gate, worker, workers } = gated.start(20, { costs })
    const [, database] = createAdmissionKnobs({ gate, workers })
    for (const id of ['r1', 'r2', 'r3', 'r4']) void gated.run(worker, new BareJob('report', id))
    void gated.run(worker, new BareJob('mail', 'm1'))
    expect(database.compareAndSet(1, 0.5)).toBe(true)
    void gated.run(worker, new BareJob('report', 'r5'))
    void gated.run(worker, new BareJob('mail', 'm2'))
    await settled()
    expect(worker.running).toEqual(['r1', 'r2', 'r3', 'r4', 'm1', 'm2'])
    for (const id of ['r1', 'r2']) worker.end(id)
    await settled()
    expect(worker.running).not.toContain('r5')
    worker.end('r3')
    await eventually(() => worker.running).toEqual(['r4', 'm1', 'm2', 'r5'])
  })
})
