import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Bench, Path } from './benches.ts'
import type { Measurement, Task, Turn } from './measurement.ts'
import { ended, VariantFailedError, type Round, type RunOptions } from './run-variants.ts'

/** Blocks of each variant on a path, in one round of processes. */
const TURNS = 20
/**
 * The number of parts of a block. All variants do their first part, then all do their second. A part takes a few milliseconds: a busy machine
 * seldom takes the processor away within one, and a slow moment of the machine slows all variants. The whole block includes its share of
 * garbage collection.
 */
const PARTS = 4
/**
 * The number of turns in which the variants warm up. V8 compiles on threads of its own. While another process works, the threads of a process
 * that waits finish compiling, also on a busy machine. The code is compiled before it is measured.
 */
const WARM_UPS = 10

/**
 * Keeps the processes of all variants of a round, which take turns: each works through a short block, then the next one does. What the
 * machine does meanwhile meets neighbours alike, so each turn is a pair of its own. The order rotates, and each round has fresh processes.
 */
export async function runInTurns(bench: Bench, options: RunOptions): Promise<Round[]> {
  const rounds: Round[] = []
  for (let round = 0; round < options.rounds; round++) {
    await using workers = new Workers(bench, options)
    const turns = Array.from({ length: TURNS }, () => new Map<string, Measurement[]>())
    for (const path of options.paths) {
      const names = bench.variants.map(({ name }) => name).join(' ')
      options.onProgress(`${bench.name}: round ${round + 1} of ${options.rounds}, ${names}, ${path.name}`)
      const warmUp = { ...path, warmUp: Math.ceil(path.warmUp / WARM_UPS) }
      for (let part = 0; part < WARM_UPS; part++)
        for (const { name } of bench.variants) await workers.ask(name, { warmUp })
      for (const [turn, measured] of turns.entries())
        for (const [name, measurement] of await workers.block(path, turn))
          measured.set(name, [...(measured.get(name) ?? []), measurement])
    }
    for (const { name } of bench.variants) await workers.ask(name, 'end')
    rounds.push(...turns)
  }
  return rounds
}

class Workers {
  readonly #bench: Bench
  readonly #children = new Map<string, ChildProcess>()
  readonly #endings = new Map<string, Promise<{ how: string; stderr: string }>>()
  readonly #signal: AbortSignal
  readonly #end = (): void => this.#children.forEach(child => void child.kill('SIGKILL'))

  constructor(bench: Bench, { paths, signal }: RunOptions) {
    signal.throwIfAborted()
    this.#bench = bench
    this.#signal = signal
    signal.addEventListener('abort', this.#end)
    for (const { name: variant } of bench.variants) {
      const task: Task = { variant, paths, takesTurns: true }
      const child = fork(new URL(`variants/${bench.name}.ts`, import.meta.url), [JSON.stringify(task)], {
        execArgv: ['--expose-gc', ...(bench.flags ?? [])],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      })
      this.#children.set(variant, child)
      this.#endings.set(variant, ended(child))
    }
  }

  /** Has one process do something, while all others wait. */
  async ask(variant: string, turn: Turn): Promise<Measurement> {
    const child = this.#children.get(variant)!
    const answer = once(child, 'message') as Promise<[Measurement]>
    child.send(turn)
    const ending = this.#endings.get(variant)!
    const [measurement] = await Promise.race([
      answer,
      ending.then(({ how, stderr }): never => {
        this.#signal.throwIfAborted()
        throw new VariantFailedError(this.#bench.name, variant, how, stderr)
      }),
    ])
    return measurement
  }

  /** One block of every variant. */
  async block(path: Path, turn: number): Promise<ReadonlyMap<string, Measurement>> {
    const { variants } = this.#bench
    const measure = { ...path, operations: Math.ceil(path.operations / PARTS) }
    const block = new Map<string, Measurement>()
    for (let place = 0; place < PARTS * variants.length; place++) {
      const { name } = variants[(turn + place) % variants.length]!
      const { nsPerOperation } = await this.ask(name, { measure })
      const before = block.get(name)?.nsPerOperation ?? 0
      block.set(name, { path: path.name, nsPerOperation: before + nsPerOperation / PARTS })
    }
    return block
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#end)
    this.#end()
    await Promise.all(this.#endings.values())
  }
}
