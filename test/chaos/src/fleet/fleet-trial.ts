import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '@homeostat/lab/scenarios'
import { monotonic, type Diary, type Span } from './diary.ts'
import { openEngine, type EngineName, type Witnessed } from './engine.ts'
import { FleetProcess } from './fleet-process.ts'

export interface FleetTrial {
  readonly engine: EngineName
  readonly url: string
  readonly processes: number
  readonly epochMs: number
  readonly durationMs: number
  /** How long nobody reaches the server, in the middle. */
  readonly outageMs: number
  readonly fenced: boolean
  readonly seed: number
}

export interface FleetRecord {
  readonly diaries: readonly Diary[]
  readonly effects: readonly Witnessed[]
  /** While every process ran and none reached the server. */
  readonly outage: Span
  readonly troubles: number
}

const TROUBLES = ['stopped', 'stopped', 'cut', 'stalled'] as const

/** Runs a fleet against a real server, stops its processes, cuts their wires, and hands back what everybody saw. */
export async function runFleet(trial: FleetTrial): Promise<FleetRecord> {
  const { engine, url, processes, epochMs, fenced, seed } = trial
  const random = createRandom(seed)
  await using cleanup = new AsyncDisposableStack()
  const server = await openEngine(engine, url)
  cleanup.defer(() => server.close())
  // So that the first calls do not all make the table.
  await server.coordinator.beat('observer', 1)

  const fleet = await Promise.all(
    Array.from({ length: processes }, async (_, i) => {
      const orders = { engine, member: `process-${i}`, seed: seed + i, epochMs, fenced }
      return cleanup.use(await FleetProcess.start(new URL(url), orders))
    }),
  )

  let troubles = 0
  const harass = async (forMs: number): Promise<void> => {
    const sufferings: Promise<void>[] = []
    const until = monotonic() + forMs
    while (monotonic() < until) {
      const victim = fleet[Math.floor(random() * fleet.length)]!
      const trouble = TROUBLES[Math.floor(random() * TROUBLES.length)]!
      if (!victim.inTrouble) {
        troubles++
        sufferings.push(victim.suffer(trouble, 50 + random() * 3 * epochMs))
      }
      await delay(random() * 0.8 * epochMs)
    }
    await Promise.all(sufferings)
  }

  await harass(trial.durationMs / 2)
  for (const { wire } of fleet) wire.set('cut')
  const cutAt = monotonic()
  await delay(trial.outageMs)
  const outage: Span = [cutAt, monotonic()]
  for (const { wire } of fleet) wire.set('open')
  await harass(trial.durationMs / 2)

  const diaries = await Promise.all(fleet.map(process => process.finish()))
  return { diaries, effects: await server.witnessed(), outage, troubles }
}
