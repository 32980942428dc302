import { SlicedWork, atOnce } from '@homeostat/signals'
import type { Program, ProgramSource } from './program.ts'
import type { Programs } from './programs.ts'

/** The tick that is under way, if any. */
export interface CurrentTick {
  /** Takes the steps that are left, at once. */
  finish(): void
  /** Settles when no tick is under way. */
  idle(): Promise<void>
}

export interface ProgramLoadingOptions {
  readonly programs: Programs
  readonly tick: CurrentTick
  readonly sliceMs: number
  /** Puts a program in force. */
  readonly use: (program: Program) => void
}

/** Replaces rules and responses, at once or in slices. The last one that was asked for wins. */
export class ProgramLoading {
  readonly #options: ProgramLoadingOptions
  #loading: SlicedWork<Program> | undefined
  /** How often something was asked to be loaded. */
  #asked = 0

  constructor(options: ProgramLoadingOptions) {
    this.#options = options
  }

  load(source: ProgramSource): void {
    const { programs, tick, use } = this.#options
    this.#asked++
    tick.finish()
    use(atOnce(programs.load(source)))
  }

  async loadInSlices(source: ProgramSource): Promise<void> {
    const { programs, tick, sliceMs, use } = this.#options
    const asked = ++this.#asked
    while (this.#loading) await this.#loading.done
    const loading = (this.#loading = new SlicedWork(programs.load(source), sliceMs))
    const program = await loading.done.finally(() => (this.#loading = undefined))
    // A tick goes on with the rules that it began with.
    await tick.idle()
    // Another one that was asked for meanwhile goes first.
    if (asked === this.#asked) use(program)
    else await new SlicedWork(program.dispose(), sliceMs).done
  }
}
