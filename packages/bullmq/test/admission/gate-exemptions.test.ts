import { describe, expect, it } from 'vitest'
import type { RunCost } from '../../src/admission/job-demands.ts'
import { BareJob } from './bare-worker.ts'
import { GatedWorkers, HEAVY, heavy, settled } from './gated-workers.ts'

const gated = new GatedWorkers()

describe('the gate of admission, where it makes nothing wait', () => {
  it.each([
    ['a child that a parent waits for', { parent: { id: '1', queue: 'bull:flow' } }],
    ['a deduplicated job', { deduplication: { id: 'x' } }],
    ['a debounced job', { debounce: { id: 'x', ttl: 5 } }],
    ['a lifo job', { lifo: true }],
    ['a repeated job', { repeat: { every: 1000 } }],
    ['a job of a group', { group: { id: 'customer' } }],
  ])('never makes %s wait', async (_what, opts) => {
    const { gate, worker } = gated.start(8)
    gate.setLoop(1)
    void gated.run(worker, heavy('a'))
    void gated.run(worker, heavy('b', opts))
    expect(worker.running).toEqual(['a', 'b'])
    // It counts like the others.
    void gated.run(worker, heavy('c'))
    worker.end('a')
    await settled()
    expect(worker.running).toEqual(['b'])
  })

  it.each([
    ['with a rate limit', { limiter: { max: 10, duration: 1000 } }],
    ['whose locks nobody renews', { skipLockRenewal: true }],
  ])('never makes a job of a worker wait %s', (_what, options) => {
    const { gate, worker } = gated.start(8, { worker: options })
    gate.setLoop(1)
    void gated.run(worker, heavy('a'))
    void gated.run(worker, heavy('b'))
    expect(worker.running).toEqual(['a', 'b'])
  })

  it.each([['heavy'], ['work']])('never makes an excluded name wait: %s', excluded => {
    const { gate, worker } = gated.start(8, { exclude: [excluded] })
    gate.setLoop(1)
    void gated.run(worker, heavy('a'))
    void gated.run(worker, heavy('b'))
    expect(worker.running).toEqual(['a', 'b'])
  })

  it('never makes a job wait whose name is excluded, however many names there are', () => {
    const costs = new Proxy<Record<string, RunCost>>({}, { get: () => HEAVY })
    const { gate, worker } = gated.start(8, { costs, exclude: ['name 99'] })
    gate.setLoop(1)
    for (let at = 0; at < 99; at++) void gated.run(worker, new BareJob(`name ${at}`, `${at}`))
    void gated.run(worker, new BareJob('name 99', 'last'))
    expect(worker.running).toEqual(['0', 'last'])
  })

  it('never makes a job wait while its queue is rate limited', () => {
    const { gate, worker } = gated.start(8)
    gate.setLoop(1)
    void gated.run(worker, heavy('a'))
    Object.assign(worker, { limitUntil: Date.now() + 1000 })
    void gated.run(worker, heavy('b'))
    expect(worker.running).toEqual(['a', 'b'])
  })

  it('takes a sandboxed processor for light', () => {
    const { gate, worker } = gated.start(8)
    worker.childPool = {}
    gate.setLoop(1)
    void gated.run(worker, heavy('a'))
    void gated.run(worker, heavy('b'))
    expect(worker.running).toEqual(['a', 'b'])
  })
})
