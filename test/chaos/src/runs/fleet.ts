import { slotsOf } from '@homeostat/optimizer/engines'
import { startPostgres, startRedis } from '@homeostat/services'
import { Client } from 'pg'
import type { ChaosOptions, ChaosRun } from '../chaos-run.ts'
import type { EngineName } from '../fleet/engine.ts'
import { doubled, localIn, mostDisrupted, sharedIn, stale } from '../fleet/findings.ts'
import { EFFECTS_TABLE } from '../fleet/postgres-engine.ts'
import { runFleet, type FleetRecord } from '../fleet/fleet-trial.ts'

const PROCESSES = 8
const EPOCH_MS = 500

export const run: ChaosRun = {
  name: 'fleet',
  about: 'eight processes that are stopped, cut off and have wrong clocks share actions through Redis and Postgres',
  async run(options) {
    for (const engine of ['redis', 'postgres'] as const) {
      report(engine, options, await trial(engine, options, true), durationOf(options))
      if (!options.short) compare(engine, options, await trial(engine, options, false))
    }
  },
}

function durationOf({ short }: ChaosOptions): number {
  return short ? 3_000 : 60_000
}

async function trial(engine: EngineName, options: ChaosOptions, fenced: boolean): Promise<FleetRecord> {
  await using server = await (engine === 'redis' ? startRedis() : startPostgres())
  if (engine === 'postgres') {
    const client = new Client({ connectionString: server.url })
    await client.connect()
    await client.query(EFFECTS_TABLE)
    await client.end()
  }
  const outageMs = options.short ? 1_000 : 5_000
  const durationMs = durationOf(options)
  const { seed } = options
  return await runFleet({
    engine,
    url: server.url,
    processes: PROCESSES,
    epochMs: EPOCH_MS,
    durationMs,
    outageMs,
    fenced,
    seed,
  })
}

function report(engine: EngineName, { report: row }: ChaosOptions, record: FleetRecord, durationMs: number): void {
  const { diaries, effects, troubles } = record
  const refused = diaries.reduce((sum, diary) => sum + diary.refused, 0)
  const unknown = diaries.reduce((sum, diary) => sum + diary.unknown, 0)
  const epochs = Math.floor(durationMs / EPOCH_MS)
  const [twice, late] = [doubled(effects, EPOCH_MS), stale(effects)]
  const [shared, local] = [sharedIn(record), localIn(record)]
  const [most, slots] = [mostDisrupted(diaries), slotsOf(PROCESSES)]
  const about = { run: 'fleet', processes: PROCESSES, troubles }
  row({
    ...about,
    case: `${engine}: shared action`,
    goal: 'at most 1 an epoch',
    epochs,
    effects: effects.length,
    doubled: twice,
    met: twice === 0 && effects.length > 0,
  })
  row({
    ...about,
    case: `${engine}: stale fences`,
    goal: '0 effects',
    effects: effects.length,
    refused,
    unknown,
    stale: late,
    met: late === 0 && effects.length > 0,
  })
  row({
    ...about,
    case: `${engine}: coordinator down`,
    goal: '0 shared actions, local ones go on',
    shared,
    fewestLocal: local,
    met: shared === 0 && local > 0,
  })
  row({
    ...about,
    case: `${engine}: disruptive at once`,
    goal: `<= ${slots} of ${PROCESSES}`,
    most,
    met: most <= slots && most > 0,
  })
}

/** The same fleet and the same trouble, but an effect does not look at its fence: what the fence is for. */
function compare(engine: EngineName, { report: row }: ChaosOptions, { effects, troubles }: FleetRecord): void {
  row({
    run: 'fleet',
    case: `${engine}: without fences`,
    processes: PROCESSES,
    troubles,
    effects: effects.length,
    doubled: doubled(effects, EPOCH_MS),
    stale: stale(effects),
  })
}
