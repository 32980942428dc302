import { CUMULATIVE, hrTime, nextTurn, SUM_POINT, type ScopeMetrics } from '@homeostat/signals'
import { expect, test } from 'vitest'
import type { Action } from '../../src/index.ts'
import type { OpenProof } from '../../src/parts.ts'
import { relieve, START } from '../loop.ts'
import { longTrial, QUIET_MS, World } from './watched-service.ts'

/** Changes nothing, and counts how often it is on. */
class Switched {
  isOn = false
  runs = 0
  readonly action: Action

  constructor(name: string, overrides: Partial<Action> = {}) {
    const run: Action['run'] = async () => {
      this.isOn = true
      this.runs++
      return {
        summary: 'on',
        effects: { things: 1 },
        undo: async () => {
          this.isOn = false
          return { result: 'restored' as const }
        },
      }
    }
    this.action = relieve(run, { name, touches: [name], ...overrides })
  }
}

/** A service that was quiet for a while, with a proof that its guard watches. */
async function proving(): Promise<{
  world: World
  knob: Switched
  placebo: Switched
  proof: OpenProof
  ended: string[]
}> {
  const world = new World()
  await world.until(() => world.loop.now - START >= QUIET_MS)
  const [knob, placebo] = [new Switched('plant.valve'), new Switched('plant.placebo')]
  const ended: string[] = []
  const proof = world.loop.optimizer.proofs.open({
    action: knob.action,
    response: { ...longTrial, guards: [{ expr: 'max(test_lag)', notWorseThan: 0.1 }] },
    placebo: placebo.action,
    placeboOptions: undefined,
    onEnded: (why, detail) => void ended.push(`${why}: ${detail}`),
  })
  if (typeof proof === 'string') throw new Error(proof)
  return { world, knob, placebo, proof, ended }
}

test('a proof switches both of its actions, each by itself, and reverts them at its end', async () => {
  const { proof, knob, placebo } = await proving()
  expect([knob.isOn, placebo.isOn]).toEqual([false, false])
  await proof.switch(true, false)
  expect([knob.isOn, placebo.isOn]).toEqual([true, false])
  await proof.switch(true, true)
  expect([knob.runs, placebo.runs]).toEqual([1, 1])
  expect(await proof.end()).toEqual([{ result: 'restored' }, { result: 'restored' }])
  await proof.switch(true, true)
  expect([knob.isOn, placebo.isOn]).toEqual([false, false])
})

test('its guards are read between two ticks, and a breach reverts at once', async () => {
  const { world, proof, knob, ended } = await proving()
  await proof.switch(true, false)
  expect(world.loop.optimizer.looks.areNeeded).toBe(true)
  world.harm = 3
  const onset = world.loop.now
  await world.until(() => !knob.isOn)
  expect(world.loop.now - onset).toBeLessThanOrEqual(11_000)
  expect(ended).toEqual([expect.stringMatching(/^guard: a guard was breached: max\(test_lag\): /)])
  expect(world.loop.optimizer.looks.areNeeded).toBe(false)
})

test('what it changes is not learned as quiet, nor what is left of it for a while', async () => {
  const { world, proof } = await proving()
  const saved = (): string => [...world.loop.optimizer.trials.quiet.snapshot()].map(({ print }) => print).join()
  await world.second()
  const known = saved()
  for (let second = 0; second < 60; second++) await world.second()
  expect(saved()).toBe(known)
  await proof.end()
  const since = world.loop.now
  await world.until(() => saved() !== known)
  expect(world.loop.now - since).toBeGreaterThan(150_000)
})

test('another resource stays free, and its own ones are free after its end', async () => {
  const { world, proof } = await proving()
  const { trials } = world.loop.optimizer
  const shared = new Switched('other.name', { touches: ['plant.valve'] }).action
  const other = new Switched('other.name').action
  expect([trials.isProving(shared), trials.isProving(other)]).toEqual([true, false])
  await proof.end()
  expect(trials.isProving(shared)).toBe(false)
})

test('the kill switch and stop() end it', async () => {
  for (const end of ['trip', 'stop'] as const) {
    const { world, proof, knob, ended } = await proving()
    await proof.switch(true, true)
    if (end === 'trip') world.loop.optimizer.killSwitch.trip('the operator')
    else await world.loop.optimizer.stop()
    await world.loop.optimizer.restored()
    expect(knob.isOn).toBe(false)
    expect(ended).toEqual([`kill switch: ended by the kill switch (${end === 'trip' ? 'the operator' : 'stop()'})`])
  }
})

test('a measure of our own has a value at each tick, one of a reader as the reader delivers', async () => {
  const world = new World()
  let collected = 0
  world.loop.optimizer.reader.on(() => {
    if (++collected % 12 !== 0) return
    const point = { startTime: hrTime(START), endTime: hrTime(world.loop.now), attributes: {}, value: 1 }
    const metric = {
      descriptor: { name: 'foreign_lag', unit: '1', description: '', valueType: 1 },
      aggregationTemporality: CUMULATIVE,
      dataPointType: SUM_POINT,
      isMonotonic: false,
      dataPoints: [point],
    }
    const scopes = [{ scope: { name: 'theirs' }, metrics: [metric] }] as unknown as ScopeMetrics[]
    world.loop.optimizer.offer(reader, scopes)
  })
  const reader = {}
  const { proofs } = world.loop.optimizer
  // The store keeps what somebody has asked for.
  proofs.paceOf('max(foreign_lag)')
  proofs.paceOf('max(test_lag)')
  await world.until(() => world.loop.now - START > 300_000)
  await nextTurn()
  expect([proofs.paceOf('max(test_lag)'), proofs.paceOf('max(foreign_lag)')]).toEqual([5000, 60_000])
})
