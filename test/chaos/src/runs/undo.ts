import { createRandom } from '@homeostat/lab/scenarios'
import { startPostgres, startRedis } from '@homeostat/services'
import pg from 'pg'
import type { ChaosRun } from '../chaos-run.ts'
import { FakeTime } from '../undo/fake-time.ts'
import { memoryPlaces } from '../undo/memory-places.ts'
import type { UndoPlace } from '../undo/place.ts'
import { postgresPlace, redisPlace } from '../undo/real-places.ts'
import { RealTime } from '../undo/real-time.ts'
import { createUndoTrace, describeTrace, type UndoTrace } from '../undo/trace.ts'
import { ORIGINAL, UndoWorld, type Outcome, type WorldTime } from '../undo/world.ts'

const LEASE_MS = 10_000
/** With real servers, and in real time. */
const SHORT_LEASE_MS = 1000
const REAL_AT_ONCE = 5
/** So many traces say what is wrong. */
const MOST_BROKEN = 3

/** Random traces of everything that can go wrong with a change, and what has to hold all the same. */
export const run: ChaosRun = {
  name: 'undo',
  about: "a change is undone whatever is lost: answers, leases, records, processes; and never a person's edit",
  async run({ short, seed, report }) {
    for (const create of memoryPlaces(ORIGINAL)) {
      const tally = new Tally(createRandom(seed), LEASE_MS)
      for (let number = 0; number < (short ? 30 : 2000) && !tally.isEnough; number++) {
        using time = new FakeTime()
        await tally.add(create(), time, true)
      }
      report(tally.row)
    }
    await using redis = await startRedis()
    await using postgres = await startPostgres()
    await using admin = await adminOf(postgres.url)
    const engines = [
      () => redisPlace(redis.url, ORIGINAL),
      async () => postgresPlace(await admin.createDatabase(), ORIGINAL),
    ]
    await Promise.all(
      engines.map(async create => {
        const tally = new Tally(createRandom(seed), SHORT_LEASE_MS)
        for (let round = 0; round < (short ? 1 : 20) && !tally.isEnough; round++) {
          const places = await Promise.all(Array.from({ length: REAL_AT_ONCE }, create))
          await Promise.all(places.map(place => tally.add(place, new RealTime(), false)))
        }
        report(tally.row)
      }),
    )
  },
}

class Tally {
  readonly #random: () => number
  readonly #leaseMs: number
  readonly #broken: string[] = []
  #name = ''
  #traces = 0
  #sets = 0
  #excused = 0

  constructor(random: () => number, leaseMs: number) {
    this.#random = random
    this.#leaseMs = leaseMs
  }

  get isEnough(): boolean {
    return this.#broken.length >= MOST_BROKEN
  }

  async add(place: UndoPlace, time: WorldTime, isExact: boolean): Promise<void> {
    await using used = place
    this.#name = used.name
    const processes = used.scope === 'shared' ? 2 : 1
    const trace = createUndoTrace(this.#random, processes, this.#leaseMs)
    this.#count(trace, await UndoWorld.run(trace, { place: used, time, processes, leaseMs: this.#leaseMs, isExact }))
  }

  get row(): Parameters<Parameters<ChaosRun['run']>[0]['report']>[0] {
    return {
      run: 'undo',
      case: this.#name,
      traces: this.#traces,
      sets: this.#sets,
      excused: this.#excused,
      goal: 'no promise broken',
      broken: this.#broken.join(' | ') || 'none',
      met: this.#broken.length === 0,
    }
  }

  #count(trace: UndoTrace, { sets, isExcused, broken }: Outcome): void {
    this.#traces++
    this.#sets += sets
    if (isExcused) this.#excused++
    const lines = isExcused ? broken.filter(line => !line.includes('at the end')) : broken
    if (lines.length > 0) this.#broken.push(`trace ${this.#traces}: ${lines.join('; ')} (${describeTrace(trace)})`)
  }
}

interface Admin extends AsyncDisposable {
  /** One for each trace: a table that is dropped is one of this trace alone. */
  createDatabase(): Promise<string>
}

async function adminOf(url: string): Promise<Admin> {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  pool.on('error', () => {})
  let created = 0
  return {
    async createDatabase() {
      const name = `undo_${process.pid}_${++created}`
      await pool.query(`CREATE DATABASE ${name}`)
      const address = new URL(url)
      address.pathname = `/${name}`
      return address.href
    },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}
