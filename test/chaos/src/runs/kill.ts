import { quantile } from '../quantile.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, startRedis } from '@homeostat/services'
import { AdjusterProcess } from '../adjusting/adjuster-process.ts'
import { ORIGINAL, placesAt, type Addresses, type Place } from '../adjusting/places.ts'
import type { ChaosOptions, ChaosRun } from '../chaos-run.ts'
import { createRandom } from '@homeostat/lab/scenarios'

const LEASE_MS = 1000
/** What finding it and taking it back may cost beyond the lease. */
const GRACE_MS = 2000
const POLL_MS = 20
/** After this time an effect counts as never restored. */
const GIVE_UP_MS = 15_000

/** What became of what one kill left. */
interface Restoration {
  /** Whether the value was changed when the process was dead. */
  readonly changed: boolean
  /** From the last death, of what is local from the next start, until it was back; infinite when it did not come back. */
  readonly afterMs: number
}

/** Kills processes while they set knobs, and watches how what they leave is taken back. */
export const run: ChaosRun = {
  name: 'kill',
  about: 'SIGKILL at random points of processes that set knobs: everything is restored within the lease and 2 s',
  run: async ({ short, seed, report }: ChaosOptions) => {
    const kills = short ? 24 : 1000
    await using redis = await startRedis()
    await using postgres = await startPostgres()
    const folder = await mkdtemp(join(tmpdir(), 'homeostat-chaos-'))
    let done = 0
    const onKill = (): void => {
      if (++done % 100 === 0) process.stderr.write(`kill: ${done} of ${kills}\n`)
    }
    const addresses = { redis: redis.url, postgres: postgres.url, folder }
    const supervisor = new Supervisor(addresses, short ? 4 : 8, seed, onKill)
    try {
      const restorations = await supervisor.killAll(kills)
      for (const [place, all] of restorations) {
        const late = all.filter(({ afterMs }) => afterMs > LEASE_MS + GRACE_MS)
        const times = all.filter(({ changed }) => changed).map(({ afterMs }) => afterMs)
        report({
          run: 'kill',
          case: place,
          kills: all.length,
          changed: times.length,
          leaseMs: LEASE_MS,
          medianMs: Math.round(quantile(times, 0.5)),
          maxMs: Math.round(Math.max(...times)),
          late: late.length,
          never: late.filter(({ afterMs }) => !Number.isFinite(afterMs)).length,
          goal: `late = 0 (restored within ${LEASE_MS + GRACE_MS} ms)`,
          met: all.length >= kills && late.length === 0,
        })
      }
    } finally {
      await supervisor.close()
      await rm(folder, { recursive: true, force: true })
    }
  },
}

class Supervisor {
  readonly #addresses: Addresses
  readonly #places: readonly Place[]
  readonly #targets: readonly string[]
  readonly #random: () => number
  readonly #results: Map<string, Restoration[]>
  readonly #onKill: () => void
  #left = 0

  constructor(addresses: Addresses, processes: number, seed: number, onKill: () => void) {
    this.#onKill = onKill
    this.#addresses = addresses
    this.#places = placesAt(addresses)
    this.#targets = Array.from({ length: processes }, (_, number) => `target-${number}`)
    this.#random = createRandom(seed)
    this.#results = new Map(this.#places.map(({ name }) => [name, []]))
  }

  async killAll(kills: number): Promise<ReadonlyMap<string, readonly Restoration[]>> {
    this.#left = kills
    for (const place of this.#places) await place.prepare(this.#targets)
    // The rest of the fleet: it sets nothing and is not killed.
    using peer = this.#start([])
    await peer.restored
    await Promise.all(this.#targets.map(target => this.#killAgainAndAgain(target)))
    return this.#results
  }

  async close(): Promise<void> {
    await Promise.all(this.#places.map(place => place[Symbol.asyncDispose]()))
  }

  /** The next process starts at once after each kill, as under any supervisor, and waits with new changes until the old are gone. */
  async #killAgainAndAgain(target: string): Promise<void> {
    let child = this.#start([target])
    await child.restored
    while (this.#left-- > 0) {
      child.go()
      // Most die in the middle of their changes, some before the first or in it.
      if (this.#random() < 0.8) await child.begun
      await pause(this.#random() * 300)
      await child.kill()
      const changed = await Promise.all(this.#places.map(async place => (await place.read(target)) !== ORIGINAL))
      let diedAt = performance.now()
      child = this.#start([target])
      // Some die while they restore.
      if (this.#random() < 0.1) {
        await pause(this.#random() * 600)
        await child.kill()
        diedAt = performance.now()
        child = this.#start([target])
      }
      const up = child.restored.then(() => performance.now())
      const times = this.#places.map(async place => {
        // What is local can only be restored by a process that is up.
        return this.#untilRestored(place, target, place.coordinator ? diedAt : await up, up)
      })
      const afterMs = await Promise.all(times)
      for (const [index, { name }] of this.#places.entries()) {
        this.#results.get(name)?.push({ changed: changed[index] === true, afterMs: afterMs[index] ?? NaN })
      }
      this.#onKill()
    }
    await child.kill()
  }

  /** Watches at least until the next process is up: what was on the wire when its sender died may still arrive. */
  async #untilRestored(place: Place, target: string, from: number, up: Promise<number>): Promise<number> {
    const isUp = up.then(() => true)
    let lastChangedMs = 0
    for (;;) {
      const elapsedMs = performance.now() - from
      if ((await place.read(target)) !== ORIGINAL) lastChangedMs = elapsedMs + POLL_MS
      else if (await Promise.race([isUp, pause(POLL_MS)])) return lastChangedMs
      if (lastChangedMs > GIVE_UP_MS) {
        await place.overwrite(target, ORIGINAL)
        return Infinity
      }
      await pause(POLL_MS)
    }
  }

  #start(targets: readonly string[]): AdjusterProcess {
    return new AdjusterProcess({
      ...this.#addresses,
      targets,
      others: this.#targets.filter(other => !targets.includes(other)),
      leaseMs: LEASE_MS,
      holdMs: 60,
      seed: Math.floor(this.#random() * 2 ** 31),
    })
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
