import type { CompiledExpressions } from '@homeostat/promql'
import { atOnce, type Steps } from '@homeostat/signals'
import { Program } from './program.ts'
import type { ProgramContext, ProgramSource } from './program.ts'

/** The program in force, and those that trials in flight still need. */
export class Programs implements Disposable {
  readonly #context: ProgramContext
  #current: Program
  #retired: Program[] = []

  constructor(source: ProgramSource, context: ProgramContext) {
    this.#context = context
    this.#current = atOnce(this.load(source))
  }

  get current(): Program {
    return this.#current
  }

  /** Puts a program in force. It was loaded before the last one is let go, so series which both read are not lost in between. */
  use(program: Program): void {
    program.rules.takeOver(this.#current.rules)
    this.#retired.push(this.#current)
    this.#current = program
    // It owns what it took of the last program's expressions; the rest may go.
    program.expressions.settle()
  }

  /** The expressions of the program in force, for whoever compiles those of the next one. */
  get expressions(): CompiledExpressions {
    return this.#current.expressions
  }

  /** Lets go of the programs that no trial needs any more. */
  *release(needed: ReadonlySet<Program>): Steps<void> {
    const released = this.#retired.filter(program => !needed.has(program))
    if (released.length === 0) return
    this.#retired = this.#retired.filter(program => needed.has(program))
    for (const program of released) yield* program.dispose()
  }

  [Symbol.dispose](): void {
    for (const program of [this.#current, ...this.#retired]) program[Symbol.dispose]()
    this.#retired = []
  }

  /** Loads a program; what cannot be loaded is reported and left out. */
  *load(source: ProgramSource): Steps<Program> {
    const program = yield* Program.load(source, { ...this.#context, ...this.#earlier() })
    for (const error of program.rejected) {
      this.#context.faults.report('rule', error)
      yield
    }
    return program
  }

  #earlier(): Pick<ProgramContext, 'expressions'> {
    // While the first program is loaded, none is in force.
    const current = this.#current as Program | undefined
    return current === undefined ? {} : { expressions: current.expressions }
  }
}
