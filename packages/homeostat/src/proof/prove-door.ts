import type { ProveAnswer, ProveLook, ProveQuestion, ProveState } from './prove-question.ts'
import type { Prover, ProverOptions } from './prover.ts'

/** Answers `homeostat prove`. What that takes is loaded when somebody asks: most processes are never asked. */
export class ProveDoor implements AsyncDisposable {
  readonly #options: ProverOptions
  #prover: Promise<Prover> | undefined

  constructor(options: ProverOptions) {
    this.#options = options
  }

  async answer(question: ProveQuestion): Promise<ProveAnswer<ProveLook | ProveState>> {
    this.#prover ??= import('./prover.ts').then(({ Prover }) => new Prover(this.#options))
    return (await this.#prover).answer(question)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#prover)?.[Symbol.asyncDispose]()
  }
}
