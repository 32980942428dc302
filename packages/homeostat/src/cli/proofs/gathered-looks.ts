import { type ProofPlan, quietNoise } from '@homeostat/lab/prove'
import type { ProveLook } from '../../proof/prove-question.ts'

type Looked = Pick<ProveLook, 'past' | 'switchedAt'>

/** Keeps all values of an observation; the process itself keeps only the latest. */
export class GatheredLooks {
  readonly #past: ProveLook['past'][number][] = []
  readonly #switchedAt = new Set<number>()

  /** Adds what a look shows that the looks before it did not. */
  add({ past, switchedAt }: Looked): void {
    const last = this.#past.at(-1)?.[0] ?? -Infinity
    for (const sample of past) if (sample[0] > last) this.#past.push(sample)
    for (const ms of switchedAt) this.#switchedAt.add(ms)
  }

  /** See {@link quietNoise}. */
  noise(cut: Pick<ProofPlan, 'blockMs' | 'carryOverMs'>): number | undefined {
    return quietNoise(this.#past, [...this.#switchedAt], cut)
  }
}
