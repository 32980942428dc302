import type { FleetLease } from '@homeostat/optimizer/engines'
import { leaseArguments } from '../actions/lease-check.ts'
import { queueKey, scriptClientOf, type ScriptClient } from '../signals/queue-client.ts'
import type { QueueObject } from '../signals/queue-object.ts'
import { FIND, LOWER, LOWERED, MOST_LOWERED, RESTORE } from './lowered-script.ts'

/** Jobs per script: some ten µs each, in which Redis serves nobody else. */
export const BATCH = 100

/** A job that may be lowered. */
export interface WaitingJob {
  readonly id: string
  readonly name: string
}

/** The jobs of one queue that are lowered, i.e. that run after all others. The list of them is in Redis, beside the queue. */
export class LoweredJobs {
  readonly #object: QueueObject

  constructor(object: QueueObject) {
    this.#object = object
  }

  /** Jobs that may be lowered among those that are next. */
  async *find(most: number): AsyncGenerator<readonly WaitingJob[]> {
    const client = await scriptClientOf(this.#object)
    const keys = this.#keys('wait', 'meta', 'homeostat-lowered', 'homeostat-lowered-earlier')
    for (let from = 0; from < most; from += BATCH) {
      const places = [String(-from - BATCH), String(-from - 1)]
      const found = await client.eval(FIND, keys.length, ...keys, this.#prefix, ...places)
      const [texts, jobs] = [Array.isArray(found) ? found.map(String) : [], [] as WaitingJob[]]
      for (let i = 0; i + 1 < texts.length; i += 2) jobs.push({ id: texts[i]!, name: texts[i + 1]! })
      yield jobs
    }
  }

  /**
   * Lowers those of the jobs that still wait.
   *
   * @returns the ids of those that it has lowered; `undefined` when the lease is over
   */
  async lower(ids: readonly string[], lease: FleetLease | undefined): Promise<readonly string[] | undefined> {
    const client = await scriptClientOf(this.#object)
    const checked = await leaseArguments(this.#object, client, lease)
    const own = this.#keys('wait', 'prioritized', 'pc', 'homeostat-lowered', 'homeostat-lowered-earlier')
    const keys = [...own, ...checked.keys]
    const values = [this.#prefix, String(LOWERED), String(MOST_LOWERED), ...ids, ...checked.values]
    const lowered = await client.eval(LOWER, keys.length, ...keys, ...values)
    return Array.isArray(lowered) ? lowered.map(String) : undefined
  }

  /**
   * Gives jobs their own priority back.
   *
   * @returns how many are next to run now; the others have run, or were changed by somebody else
   */
  async restore(ids: readonly string[]): Promise<number> {
    const client = await scriptClientOf(this.#object)
    let restored = 0
    // The oldest last, so that it is in front of all others.
    for (let to = ids.length; to > 0; to -= BATCH) {
      const [back] = await this.#restore(client, 0, ids.slice(Math.max(0, to - BATCH), to))
      restored += back
    }
    return restored
  }

  /**
   * Gives all jobs that were lowered for so long their own priority back.
   *
   * @returns how many are next to run now
   */
  async restoreAll(longerThanMs: number): Promise<number> {
    const client = await scriptClientOf(this.#object)
    let restored = 0
    for (let round = 0; round < MOST_LOWERED / BATCH; round++) {
      const [back, done] = await this.#restore(client, longerThanMs, [])
      restored += back
      if (done < BATCH) break
    }
    return restored
  }

  async #restore(client: ScriptClient, ageMs: number, ids: readonly string[]): Promise<readonly [number, number]> {
    const parts = ['wait', 'prioritized', 'marker', 'meta', 'homeostat-lowered', 'homeostat-lowered-earlier', 'paused']
    const keys = this.#keys(...parts)
    const values = [this.#prefix, String(LOWERED), String(Math.round(ageMs)), String(BATCH), ...ids]
    const reply = await client.eval(RESTORE, keys.length, ...keys, ...values)
    const [back = 0, done = 0] = Array.isArray(reply) ? reply.map(Number) : []
    return [back, done]
  }

  get #prefix(): string {
    return this.#object.keys[''] ?? `${this.#object.qualifiedName}:`
  }

  #keys(...parts: readonly string[]): string[] {
    return parts.map(part => queueKey(this.#object, part))
  }
}
