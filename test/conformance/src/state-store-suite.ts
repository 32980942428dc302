import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import type { StateStore } from '@homeostat/optimizer'
import type { StateSection } from '@homeostat/optimizer/engines'
import { MAX_STATE_BYTES, StateStoreUnavailableError, StateTooLargeError } from '@homeostat/optimizer/engines'
import { StateKeeper } from '@homeostat/optimizer/parts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** One kind of store and what its tests need to know of it. */
export interface StateStoreSubject {
  /** The store as one more process of the service would have it. */
  create(service: string): StateStore
  /** One whose server or folder cannot be reached. */
  unreachable(service: string): StateStore
  /**
   * A program that reads `key` of `service`, prints what it read, writes the same with `!` behind it, and ends because
   * nothing is left to do: without `process.exit()`, and without closing the store. Service and key come last in its
   * arguments.
   */
  readonly program: readonly string[]
  /** Puts a text there that no store would have written. */
  plant(service: string, key: string, text: string): Promise<void>
}

/** Longer than any timeout of a store, shorter than what a test waits. */
const SOON_MS = 5_000

/** What every store of state must hold. Call it at the top level of a test file or inside a `describe`. */
export function describeStateStore(name: string, subject: StateStoreSubject): void {
  describe(`${name}, as every store of state`, () => {
    let service: string
    let peers: StateStore[]

    beforeEach(() => {
      service = `shop-${randomUUID()}`
      peers = Array.from({ length: 4 }, () => subject.create(service))
    })
    afterEach(async () => {
      for (const peer of peers) await peer[Symbol.asyncDispose]()
    })

    const peer = (index: number): StateStore => peers[index]!

    it('knows nothing of a key that nobody wrote', async () => {
      expect(await peer(0).read('forecasts')).toBeUndefined()
      await peer(0).write('forecasts', 'a')
      expect(await peer(0).read('other')).toBeUndefined()
    })

    it('gives back what was written, to whoever asks', async () => {
      const text = JSON.stringify({ 'ünï "cødé" 🌡': [1, 2.5, null], line: '\n\r\t\u2028' })
      await peer(0).write('forecasts', text)
      expect(await peer(1).read('forecasts')).toBe(text)
      await peer(1).write('forecasts', '')
      expect(await peer(0).read('forecasts')).toBe('')
    })

    it('outlives whoever wrote it, and keeps no process alive', async () => {
      await peer(0).write('forecasts', 'learned')
      await peer(0)[Symbol.asyncDispose]()
      const program = [...subject.program, service, 'forecasts']
      const { stdout } = await promisify(execFile)(process.execPath, program, { timeout: 25_000 })
      expect(stdout).toBe('learned\n')
      expect(await peer(1).read('forecasts')).toBe('learned!')
    })

    it('keeps what is long, up to its bound, and leaves nothing of it behind what is shorter', async () => {
      const long = 'é'.repeat(MAX_STATE_BYTES / 2)
      await peer(0).write('forecasts', long)
      expect((await peer(1).read('forecasts')) === long).toBe(true)
      await peer(0).write('forecasts', 'short')
      expect(await peer(1).read('forecasts')).toBe('short')
    })

    it('refuses what is longer, and what was there stays', async () => {
      await peer(0).write('forecasts', 'before')
      const tooLong = 'é'.repeat(MAX_STATE_BYTES / 2) + 'x'
      await expect(peer(0).write('forecasts', tooLong)).rejects.toThrow(StateTooLargeError)
      await expect(peer(0).write('forecasts', tooLong)).rejects.toThrow('1000001 bytes')
      expect(await peer(1).read('forecasts')).toBe('before')
    })

    it('does not read what is longer than anything it would have written, and writes over it', async () => {
      await peer(0).write('forecasts', 'before')
      await subject.plant(service, 'forecasts', 'x'.repeat(MAX_STATE_BYTES + 1))
      await expect(peer(0).read('forecasts')).rejects.toThrow(StateTooLargeError)
      await peer(0).write('forecasts', 'after')
      expect(await peer(1).read('forecasts')).toBe('after')
    })

    it('is read as a whole while others write', async () => {
      const texts = peers.map((_, i) => String(i).repeat(200_000 + i * 50_000))
      await peer(0).write('forecasts', texts[0]!)
      const write = async (index: number): Promise<void> => {
        for (let round = 0; round < 5; round++) await peer(index).write('forecasts', texts[index]!)
      }
      const read = async (store: StateStore): Promise<void> => {
        for (let round = 0; round < 10; round++) {
          const found = await store.read('forecasts')
          expect(texts.includes(found!), 'one of the texts, and all of it').toBe(true)
        }
      }
      await Promise.all(peers.flatMap((store, i) => [write(i), read(store)]))
      expect(texts).toContain(await peer(0).read('forecasts'))
    })

    it('keeps services and keys apart, whatever they are called', async () => {
      const other = subject.create(`${service}:forecasts`)
      const keys = ['forecasts', 'Forecasts', '../forecasts', 'forecasts/a', `'; DROP TABLE`, '', 'x'.repeat(1_000)]
      for (const key of keys) await peer(0).write(key, `of ${key}`)
      for (const key of keys) {
        expect(await peer(1).read(key)).toBe(`of ${key}`)
        expect(await other.read(key)).toBeUndefined()
      }
      await other.write('forecasts', 'of the other')
      expect(await peer(0).read('forecasts')).toBe('of forecasts')
      await other[Symbol.asyncDispose]()
    })

    it('keeps the sections of a keeper, of several processes and across their ends', async () => {
      const errors: unknown[] = []
      const life = (store: StateStore, known: Record<string, readonly unknown[]>): StateKeeper => {
        const section = (name: string, texts: number): StateSection<readonly unknown[]> => ({
          name,
          version: 1,
          texts,
          forgetAfterMs: 86_400_000,
          snapshot: () =>
            Object.entries(known).map(([key, lines]) => ({ key, print: JSON.stringify(lines), lines: () => lines })),
          parse: lines => lines,
          restore: (key, lines) => void (known[key] = lines),
          outweighs: () => false,
        })
        return new StateKeeper({
          sections: [section('evidence', 4), section('forecasts', 1)],
          places: { now: () => [store], forget: () => undefined },
          onError: error => void errors.push(error),
          clock: Date.now,
        })
      }
      const own = Array.from({ length: 3 }, (_, index) => ({
        [`key ${index} "ünï"`]: Array.from({ length: 50 }, (__, line) => ({ line, text: 'é\n🌡'.repeat(50) })),
      }))
      const keepers = own.map((known, index) => life(peer(index), known))
      for (const keeper of keepers) await keeper.start()
      await Promise.all(keepers.map(keeper => keeper.save()))
      for (const keeper of keepers) await keeper.stop()

      const next: Record<string, readonly unknown[]> = {}
      const keeper = life(peer(3), next)
      await keeper.start()
      await keeper.stop()
      expect(errors).toEqual([])
      expect(next).toEqual(Object.assign({}, ...own))
    })

    it('says soon that it cannot be reached, where, and not what it was asked', async () => {
      const cut = subject.unreachable(service)
      const before = performance.now()
      const answers = await Promise.allSettled([cut.read('secret-key'), cut.write('secret-key', 'secret-text')])
      expect(performance.now() - before).toBeLessThan(SOON_MS)
      for (const answer of answers) {
        const { reason } = answer as PromiseRejectedResult
        expect(reason).toBeInstanceOf(StateStoreUnavailableError)
        expect(String(reason)).toContain(`${cut.name} does not keep state: `)
        expect(String(reason)).not.toContain('secret')
      }
      await cut[Symbol.asyncDispose]()
    })
  })
}
