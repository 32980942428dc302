import { expect, test } from 'vitest'
import type { Action, LedgerEntry, Response, UndoResult } from '../src/index.ts'
import { Loop, relieve, response } from './loop.ts'

const HOUR_MS = 3_600_000
const lasting: Response = { ...response, cooldownMs: 60_000 }

/** A valve that stays open until it is reverted. */
class Valve {
  isOpen = false
  renewals = 0
  readonly #undo: () => Promise<UndoResult>

  constructor(undo: () => Promise<UndoResult> = async () => ({ result: 'restored' })) {
    this.#undo = undo
  }

  readonly action: Action = relieve(async () => {
    this.isOpen = true
    return {
      summary: 'opened the valve',
      effects: { valves: 1 },
      renew: async () => (this.renewals++, true),
      undo: async () => {
        const undone = await this.#undo()
        if (undone.result === 'restored') this.isOpen = false
        return undone
      },
    }
  })
}

const reverted = (entries: readonly LedgerEntry[]): LedgerEntry['reverted'] => entries.flatMap(entry => entry.reverted)

test('a lasting change that is not known to help is reverted after its window', async () => {
  const valve = new Valve()
  const loop = new Loop({ responses: [lasting], actions: [valve.action] })

  const entries = await loop.run(60_000, () => 0.9)

  expect(valve.renewals).toBeGreaterThan(0)
  expect(valve.isOpen).toBe(false)
  expect(reverted(entries)).toMatchObject([{ reverted: { result: 'restored', because: 'undecided' } }])
})

test('one that is known to help stays while the alert goes on, and ends with it', async () => {
  const valve = new Valve()
  let isTroubled = false
  const loop = new Loop({ responses: [lasting], actions: [valve.action] })
  const pressure = (elapsed: number): number => {
    isTroubled = elapsed % HOUR_MS < HOUR_MS / 2
    return isTroubled ? (valve.isOpen ? 0.82 : 1.3) : 0.2
  }

  const entries = await loop.run(10 * HOUR_MS, pressure)

  const kept = entries.flatMap(entry => entry.verdicts).filter(({ state }) => state === 'kept')
  expect(kept[0]?.verdict).toBe('effective')
  expect(reverted(entries).some(trial => trial.reverted?.because === 'alert resolved')).toBe(true)
  expect(isTroubled || !valve.isOpen).toBe(true)
})

test('a change that its action has judged itself stays, though the alert is over because of it', async () => {
  const valve = new Valve()
  const judgement = { verdict: 'effective', reason: 'it was compared within the run' } as const
  const action: Action = {
    ...valve.action,
    run: async context => ({ ...(await valve.action.run(context)), judgement }),
  }
  const { expect: _, ...unexpecting } = lasting
  const loop = new Loop({ responses: [unexpecting], actions: [action] })

  const entries = await loop.run(HOUR_MS, () => (valve.isOpen ? 0.2 : 1.3))

  expect(valve.isOpen).toBe(true)
  expect(entries.flatMap(entry => entry.verdicts)).toMatchObject([{ state: 'judged', ...judgement }])
  expect(reverted(entries)).toEqual([])
})

test('the kill switch sets every lasting change back at once, without waiting for a tick', async () => {
  const valve = new Valve()
  const loop = new Loop({ responses: [lasting], actions: [valve.action] })
  await loop.run(15_000, () => 0.9)
  expect(valve.isOpen).toBe(true)

  loop.optimizer.killSwitch.trip('the operator')
  await loop.optimizer.restored()

  expect(valve.isOpen).toBe(false)
  expect(loop.optimizer.trials.open).toEqual([])
})

test('so does the end of Homeostat', async () => {
  const valve = new Valve()
  const loop = new Loop({ responses: [lasting], actions: [valve.action] })
  await loop.run(15_000, () => 0.9)

  await loop.optimizer.stop()

  expect(valve.isOpen).toBe(false)
})

test("somebody else's change stands, and is reported", async () => {
  const valve = new Valve(async () => ({ result: 'superseded', detail: 'a person closed it' }))
  const loop = new Loop({ responses: [lasting], actions: [valve.action] })

  const entries = await loop.run(60_000, () => 0.9)

  expect(reverted(entries)).toMatchObject([{ reverted: { result: 'superseded', detail: 'a person closed it' } }])
  expect(loop.optimizer.explain('plant.relieve#1')?.line).toContain('not reverted (undecided): a person closed it')
})

test('a failing revert is tried again and reported, and its action is left alone', async () => {
  let tries = 0
  const valve = new Valve(async () => (tries++, { result: 'failed', error: 'the valve is stuck' }))
  const loop = new Loop({ responses: [lasting], actions: [valve.action] })
  await loop.run(40_000, () => 0.9)
  await loop.optimizer.restored()

  const entries = await loop.run(240_000, () => 0.9)

  expect(tries).toBe(3)
  expect(reverted(entries)).toMatchObject([{ reverted: { result: 'failed', error: 'the valve is stuck' } }])
  expect(entries.at(-1)?.refusals[0]).toMatchObject({ reason: 'quarantine' })
})

test('an undo that is slow is waited for, and not started a second time beside itself', async () => {
  let started = 0
  const valve = new Valve(async () => {
    started++
    await new Promise(done => setTimeout(done, 1500))
    return { result: 'restored' }
  })
  const loop = new Loop({ responses: [lasting], actions: [valve.action] })
  await loop.run(15_000, () => 0.9)

  loop.optimizer.killSwitch.trip('the operator')
  await loop.optimizer.restored()

  expect(started).toBe(1)
  expect(valve.isOpen).toBe(false)
})

test('a breached guard sets the change back at once', async () => {
  const valve = new Valve()
  const guarded = { ...lasting, guards: [{ expr: 'test_pressure', notWorseThan: 0.1 }] }
  const loop = new Loop({ responses: [guarded], actions: [valve.action] })

  const entries = await loop.run(HOUR_MS, elapsed =>
    elapsed < HOUR_MS - 90_000 ? 0.5 + (elapsed % 10_000) / 1e6 : valve.isOpen ? 9 : 0.9,
  )

  expect(entries.flatMap(entry => entry.breaches)[0]?.reason).toMatch(/test_pressure/)
  expect(reverted(entries)[0]).toMatchObject({ reverted: { result: 'restored', because: 'guard breached' } })
  expect(valve.isOpen).toBe(false)
})

test('a kill switch that is released while a change is still being reverted leaves nothing switched off', async () => {
  let release = (): void => undefined
  const isReleased = new Promise<void>(resolve => (release = resolve))
  const valve = new Valve(async () => (await isReleased, { result: 'restored' }))
  const loop = new Loop({ responses: [lasting], actions: [valve.action] })
  await loop.run(15_000, () => 0.9)

  loop.optimizer.killSwitch.trip('the operator')
  loop.optimizer.killSwitch.reset()
  release()
  await loop.optimizer.restored()
  const entries = await loop.run(150_000, () => 0.9)

  expect(entries.flatMap(entry => entry.started)).toHaveLength(1)
  expect(reverted(entries).map(trial => trial.reverted?.because)).toEqual(['kill switch', 'undecided'])
})
