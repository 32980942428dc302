import { describe, expect, it } from 'vitest'
import { createAdmissionKnobs } from '../../src/admission/admission-knobs.ts'
import { BareJob, BareWorker, gateOver } from './bare-worker.ts'
import { COSTS, GatedWorkers, heavy } from './gated-workers.ts'

const gated = new GatedWorkers()

describe('the knobs of admission', () => {
  it('say why they would change nothing', async () => {
    const none = gateOver([], COSTS)
    const unknown = gateOver([new BareWorker(8)], {})
    const { gate, worker, workers } = gated.start(8)
    const why = ({ gate: own, workers: seen }: Pick<typeof none, 'gate' | 'workers'>): unknown[] =>
      createAdmissionKnobs({ gate: own, workers: seen }).map(knob => knob.unready?.())
    expect(why(none)).toEqual(Array(2).fill('this process has no BullMQ worker that Homeostat observes'))
    expect(why(unknown)).toEqual(Array(2).fill('the cost of no job is known yet; it is learned while jobs run'))
    void gated.run(worker, new BareJob('light', 'l'))
    expect(why({ gate, workers })).toEqual([
      'no job of this process takes 5 ms of CPU or more per run',
      'no job of this process uses the database for 5 ms or more per run',
    ])
    void gated.run(worker, heavy('a'))
    expect(why({ gate, workers })[0]).toBeUndefined()
    for (const made of [none, unknown]) made.gate[Symbol.dispose]()
  })

  it('set only what nobody else has set meanwhile', () => {
    const { gate, workers } = gated.start(8)
    const [loop] = createAdmissionKnobs({ gate, workers })
    expect([loop.read(), loop.compareAndSet(1, 2), loop.read()]).toEqual([32, false, 32])
    expect([loop.compareAndSet(32, 1), loop.read(), loop.compareAndSet(1, 32), loop.read()]).toEqual([
      true,
      1,
      true,
      32,
    ])
  })
})
