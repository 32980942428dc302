import { Registry } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'
import { describe, expect, it } from 'vitest'
import { Admission } from '../../src/admission/admission.ts'
import { SlotTrial, TRIAL_LOOK_MS } from '../../src/admission/slot-trial.ts'
import { createAdmissionKnobs } from '../../src/admission/admission-knobs.ts'
import type { Arm } from '../../src/admission/trial-slots.ts'
import { eventually, GatedWorkers, heavy, settled } from './gated-workers.ts'

const HEAVY = { demand: { loop: 1, database: 0 }, expectedMs: 100, firstAskedAt: 0 }
const gated = new GatedWorkers()

/** A trial that begins with the limit, at 0. */
function trialOver(admission: Admission, isFair = true) {
  const registry = new Registry({ scope: { name: 'trial' } })
  const trial = new SlotTrial({
    arms: () => 'act',
    registry,
    tickets: () => admission.open,
    isFair: () => isFair,
    now: 0,
  })
  /** The counts of a half; undefined where it has no series. */
  const counted = (arm: Arm): { moments: number; delay: number } | undefined => {
    const of = (name: string): unknown =>
      registry
        .read()
        .metrics.find(({ descriptor }) => descriptor.name === name)
        ?.dataPoints.find(point => point.attributes[attributes.trialArm] === arm)?.value
    const [moments, delay] = [of(metrics.queueTrialMoments.name), of(metrics.queueTrialDelay.name)]
    return typeof moments === 'number' && typeof delay === 'number' ? { moments, delay } : undefined
  }
  return { trial, counted }
}

describe('a trial by slots', () => {
  it('counts for each moment how late the loop was', () => {
    const { trial, counted } = trialOver(new Admission())
    trial.advance(0)
    for (let now = 0; now <= 100; now += TRIAL_LOOK_MS) trial.look(now)
    // Held for 200 ms: 200 moments, late by 100 ms on average.
    trial.look(300 + TRIAL_LOOK_MS)
    expect(counted('act')).toEqual({ moments: 305, delay: expect.closeTo(20, 5) })
    expect(counted('control')).toEqual({ moments: 0, delay: 0 })
  })

  it('counts nothing while a job runs or waits that had asked in an earlier slot', () => {
    const admission = new Admission()
    admission.limit({ loop: 1, database: Infinity })
    const [running, waiting] = [admission.ask(HEAVY, 0), admission.ask(HEAVY, 0)]
    const { trial, counted } = trialOver(admission)
    const lookUntil = (from: number, until: number): void => {
      for (let now = from; now <= until; now += TRIAL_LOOK_MS) trial.look(now)
    }
    trial.advance(0)
    lookUntil(0, 100)
    expect(counted('act')?.moments).toBe(0)
    admission.end(running, 100)
    admission.turn()
    admission.advance(200)
    trial.advance(250)
    lookUntil(250, 400)
    expect(counted('act')?.moments).toBe(0)
    admission.end(waiting, 400)
    // One that has asked in this slot belongs to it.
    admission.ask(HEAVY, 450)
    trial.advance(500)
    lookUntil(500, 600)
    expect(counted('act')?.moments).toBe(100)
  })

  it('counts nothing where the halves cannot be compared, and its series end with it', () => {
    const { trial, counted } = trialOver(new Admission(), false)
    trial.advance(0)
    trial.look(0)
    trial.look(500)
    expect(counted('act')?.moments).toBe(0)
    trial[Symbol.dispose]()
    expect(counted('act')).toBeUndefined()
  })
})

describe('the gate while a trial divides the time', () => {
  it('limits in one half, lets all go in the other, and defers nothing', async () => {
    const { worker, gate, workers } = gated.start(4)
    const [loop] = createAdmissionKnobs({ gate, workers })
    const order: Arm[] = ['act', 'control']
    let at = 0
    loop.divide?.(() => order[at++ % 2]!, 32)
    expect(loop.compareAndSet(32, 1)).toBe(true)
    const jobs = ['a', 'b', 'c', 'd'].map(id => heavy(id))
    for (const job of jobs) void gated.run(worker, job)
    await settled()
    expect([worker.running, gate.waiting]).toEqual([['a'], 3])
    for (const job of jobs) expect(job.calls).toEqual([])
    // The other slot of the pair.
    worker.end('a')
    await eventually(() => gate.waiting).toBe(0)
    expect(gate.limits.isDeferring).toBe(false)
    loop.divide?.(undefined, 32)
    expect([loop.read(), gate.limits.capacity.loop, gate.limits.isDeferring]).toEqual([1, 1, true])
  })
})
