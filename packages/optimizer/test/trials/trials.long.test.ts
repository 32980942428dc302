import { expect, test } from 'vitest'
import type { Action, LedgerEntry, Receipt, Response } from '../../src/index.ts'
import { Loop, START, relieve, response } from '../loop.ts'
import { createNoise } from '../noise.ts'

const PERIOD_MS = 900_000
const receipt: Receipt = { summary: 'relieved', effects: { plants: 1 } }

const tried: Response = { ...response, cooldownMs: 60_000, guards: [] }

/** A plant that suffers for ten minutes in every fifteen, and less so for a minute after it was relieved. */
class Plant {
  factor = 1
  readonly #noise = createNoise(7)
  #elapsedMs = 0
  #relievedUntil = 0

  readonly pressure = (elapsedMs: number): number => {
    this.#elapsedMs = elapsedMs
    const level = elapsedMs % PERIOD_MS < 600_000 ? 1 : 0.5
    return level * (elapsedMs < this.#relievedUntil ? this.factor : 1) * Math.exp(0.03 * this.#noise())
  }

  relief(factor: number): Action {
    this.factor = factor
    return relieve(async () => {
      this.#relievedUntil = this.#elapsedMs + 60_000
      return receipt
    })
  }
}

const hours = (count: number): number => count * 3_600_000
const verdictsOf = (entries: readonly LedgerEntry[]): string[] =>
  entries.flatMap(entry => entry.verdicts.map(({ verdict }) => verdict))

test('an action that helps is run and withheld in turn until it is proven, and then withheld once in ten', async () => {
  const plant = new Plant()
  const loop = new Loop({ responses: [tried], actions: [plant.relief(0.6)], random: createNoise(3).uniform })

  const entries = await loop.run(hours(12), plant.pressure)

  const proven = entries.findIndex(entry => entry.verdicts.some(({ verdict }) => verdict === 'effective'))
  const before = entries.slice(0, proven)
  expect(before.flatMap(entry => entry.withheld).length).toBeGreaterThanOrEqual(6)
  expect(before.flatMap(entry => entry.started).length).toBeGreaterThanOrEqual(6)
  const after = entries.slice(proven)
  const runs = after.flatMap(entry => entry.started).length
  expect(after.flatMap(entry => entry.withheld).length / runs).toBeLessThan(0.25)
  expect(entries[proven]?.verdicts[0]?.reason).toMatch(/-\d+ %/)
})

test('an action that does nothing is found out and left alone', async () => {
  const plant = new Plant()
  const loop = new Loop({ responses: [tried], actions: [plant.relief(1)], random: createNoise(4).uniform })

  const entries = await loop.run(hours(16), plant.pressure)

  expect(verdictsOf(entries)).toContain('no_effect')
  expect(verdictsOf(entries)).not.toContain('effective')
  const [quarantined] = entries.flatMap(entry => entry.quarantined)
  expect(quarantined).toMatchObject({ alert: 'PressureHigh', action: 'plant.relieve' })
  expect(
    entries.at(-1)?.refusals[0] ?? entries.findLast(entry => entry.refusals.length > 0)?.refusals[0],
  ).toMatchObject({
    reason: 'quarantine',
  })
})

test('an action that makes it worse is found harmful and left alone at once', async () => {
  const plant = new Plant()
  const loop = new Loop({ responses: [tried], actions: [plant.relief(1.5)], random: createNoise(5).uniform })

  const entries = await loop.run(hours(16), plant.pressure)

  expect(verdictsOf(entries)).toContain('harmful')
  const harmful = entries.findIndex(entry => entry.verdicts.some(({ verdict }) => verdict === 'harmful'))
  expect(entries.slice(harmful).flatMap(entry => entry.started)).toEqual([])
})

test('a safety response is never withheld, and reports that it has no verdict', async () => {
  const plant = new Plant()
  const loop = new Loop({
    responses: [{ ...tried, priority: 'safety' }],
    actions: [plant.relief(0.6)],
    random: createNoise(6).uniform,
  })

  const entries = await loop.run(hours(4), plant.pressure)

  expect(entries.flatMap(entry => entry.withheld)).toEqual([])
  expect(entries.flatMap(entry => entry.verdicts)[0]?.reason).toBe(
    'no effect verdict: this response is never withheld, so there are no controls; see its receipt and its guards',
  )
})

test('in mode advise nothing is done, and what happens without it plans a trial', async () => {
  const plant = new Plant()
  let runs = 0
  const loop = new Loop({
    modeOf: () => 'advise',
    responses: [tried],
    actions: [relieve(async () => (runs++, receipt))],
  })

  await loop.run(hours(6), plant.pressure)

  expect(runs).toBe(0)
  const history = loop.optimizer.histories.all[0]
  expect(history?.counts).toMatchObject({ acts: 0, controls: 0 })
  expect(history?.counts.shadows).toBeGreaterThan(5)
})

test('one line reports a run from its start to its verdict', async () => {
  const plant = new Plant()
  const loop = new Loop({ responses: [tried], actions: [plant.relief(0.6)] })

  await loop.run(120_000, plant.pressure)

  expect(loop.optimizer.explain('plant.relieve#1')?.line).toMatch(
    /^plant.relieve#1 for PressureHigh: relieved; [\d.]+ before, 0\.(?:5[5-9]|6[0-5])\d* after \(not evidence\); inconclusive: 1 of 6 act/,
  )
  expect(loop.optimizer.trials.get('plant.relieve#1')?.startedAt).toBe(START + 10_000)
})
