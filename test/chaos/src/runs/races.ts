import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, startRedis } from '@homeostat/services'
import { AdjusterProcess } from '../adjusting/adjuster-process.ts'
import { ORIGINAL, placesAt, type Addresses, type Place } from '../adjusting/places.ts'
import type { ChaosOptions, ChaosRun } from '../chaos-run.ts'
import { createRandom } from '@homeostat/lab/scenarios'

const LEASE_MS = 1000
/** Targets of one process, each set and undone without end. */
const TARGETS = 10
/** An edit comes within this time after the value was seen changed: in the middle of a change, or right after it. */
const EDIT_WITHIN_MS = 150
/** On a busy machine it may take long until a value is changed; then the edit comes all the same. */
const PATIENCE_MS = 5000

/** One edit of a person, in the middle of what the process does. */
interface Edit {
  readonly place: string
  readonly target: string
  readonly value: number
  /** Whether Homeostat's value stood there, or it was between two changes. */
  readonly changed: boolean
}

/** How the process ended after the edits: some are killed, so that the next one finds the records of what a person has changed since. */
type Ending = 'stopped' | 'killed'

/** Lets a person edit values that a process is setting, and looks what stands when the process is gone. */
export const run: ChaosRun = {
  name: 'races',
  about: "a person's edits at random points of processes that set knobs: the person's value stands",
  run: async ({ short, seed, report }: ChaosOptions) => {
    const races = short ? 60 : 1000
    await using redis = await startRedis()
    await using postgres = await startPostgres()
    const folder = await mkdtemp(join(tmpdir(), 'homeostat-chaos-'))
    const field = new Field({ redis: redis.url, postgres: postgres.url, folder }, createRandom(seed))
    try {
      for (let round = 0; field.edits.length < races; round += 2) {
        // Two processes at a time, one of each ending.
        await Promise.all([field.race(round, 'stopped'), field.race(round + 1, 'killed')])
        if (!short) process.stderr.write(`races: ${field.edits.length} of ${races}\n`)
      }
      const wrong = await field.overwritten()
      for (const place of field.places) {
        const edits = field.edits.filter(edit => edit.place === place)
        const lost = wrong.filter(edit => edit.place === place).length
        report({
          run: 'races',
          case: place,
          races: edits.length,
          whileChanged: edits.filter(({ changed }) => changed).length,
          overwritten: lost,
          goal: 'overwritten = 0',
          met: lost === 0,
        })
      }
    } finally {
      await field.close()
      await rm(folder, { recursive: true, force: true })
    }
  },
}

class Field {
  readonly edits: Edit[] = []
  readonly #addresses: Addresses
  readonly #random: () => number
  readonly #places: readonly Place[]
  #prepared = Promise.resolve()

  constructor(addresses: Addresses, random: () => number) {
    this.#addresses = addresses
    this.#random = random
    this.#places = placesAt(addresses)
  }

  get places(): readonly string[] {
    return this.#places.map(({ name }) => name)
  }

  async race(round: number, ending: Ending): Promise<void> {
    const targets = Array.from({ length: TARGETS }, (_, number) => `target-${round}-${number}`)
    this.#prepared = this.#prepared.then(() => this.#prepare(targets))
    await this.#prepared
    let child = this.#start(targets)
    await child.restored
    child.go()
    await Promise.all(this.#places.flatMap(place => targets.map((target, number) => this.#edit(place, target, number))))
    await (ending === 'killed' ? child.kill() : child.stop())
    // What the first could not take back, a later one does, as far as no person has changed it since.
    child = this.#start(targets)
    await child.restored
    await pause(LEASE_MS * 2.5)
    await child.stop()
  }

  /** The edits that do not stand. */
  async overwritten(): Promise<readonly Edit[]> {
    const now = await Promise.all(this.edits.map(({ place, target }) => this.#place(place).read(target)))
    return this.edits.filter(({ value }, index) => now[index] !== value)
  }

  async close(): Promise<void> {
    await Promise.all(this.#places.map(place => place[Symbol.asyncDispose]()))
  }

  async #edit(place: Place, target: string, number: number): Promise<void> {
    const startedAt = performance.now()
    while ((await place.read(target)) === ORIGINAL && performance.now() - startedAt < PATIENCE_MS) await pause(20)
    await pause(this.#random() * EDIT_WITHIN_MS)
    // Within the bounds, and a value that nobody else sets.
    const value = 500.5 + number
    const was = await place.overwrite(target, value)
    this.edits.push({ place: place.name, target, value, changed: was !== ORIGINAL })
  }

  async #prepare(targets: readonly string[]): Promise<void> {
    for (const place of this.#places) await place.prepare(targets)
  }

  #place(name: string): Place {
    return this.#places.find(place => place.name === name) as Place
  }

  #start(targets: readonly string[]): AdjusterProcess {
    const seed = Math.floor(this.#random() * 2 ** 31)
    return new AdjusterProcess({ ...this.#addresses, targets, others: [], leaseMs: LEASE_MS, holdMs: 60, seed })
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
