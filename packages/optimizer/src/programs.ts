import { Program } from './program.ts'
import type { ProgramContext, ProgramSource } from './program.ts'

/** The program in force, and those that trials in flight still need. */
export class Programs implements Disposable {
  readonly #context: ProgramContext
  #current: Program
  #retired: Program[] = []

  constructor(source: ProgramSource, context: ProgramContext) {
    this.#context = context
    this.#current = this.#load(source)
  }

  get current(): Program {
    return this.#current
  }

  /** Puts another program in force. The new one is loaded first, so that series which both read are not lost in between. */
  replace(source: ProgramSource): Program {
    const next = this.#load(source)
    this.#retired.push(this.#current)
    this.#current = next
    return next
  }

  /** Lets go of the programs that no trial needs any more. */
  release(needed: ReadonlySet<Program>): void {
    if (this.#retired.length === 0) return
    for (const program of this.#retired) if (!needed.has(program)) program[Symbol.dispose]()
    this.#retired = this.#retired.filter(program => needed.has(program))
  }

  [Symbol.dispose](): void {
    for (const program of [this.#current, ...this.#retired]) program[Symbol.dispose]()
    this.#retired = []
  }

  #load(source: ProgramSource): Program {
    const program = new Program(source, this.#context)
    for (const error of program.rejected) this.#context.faults.report('rule', error)
    return program
  }
}
