import type { Optimizer, ProgramSource } from '@homeostat/optimizer'
import { SlicedWork, atOnce, type Faults, type Steps } from '@homeostat/signals'
import { warnAtStart, warnLater } from '@homeostat/signals/options'
import type { GivenProgram, OwnProgram } from '../options/given-program.ts'
import type { Program, ProgramParts } from './program.ts'
import { programOf } from './program.ts'
import type { LineReport, Lines } from '../report/report-lines.ts'
import { allOf, reportLines } from '../report/report-lines.ts'
import { serverOnlySelectors } from '../report/server-only-selectors.ts'

/** Rules and responses that are checked and loaded before `homeostat()` returns; more of them take longer than ten milliseconds. */
const LOADED_AT_ONCE = 200
const NOTHING: ProgramSource = { rules: [], responses: [] }
/** How long the event loop is held at a time to load more of them. */
const SLICE_MS = 1
/** Lines about a large program that are warnings of the process. Further ones go to `diag` only: nobody reads so many. */
const MOST_WARNINGS = 100

/**
 * The rules and responses of packages and options on their way into force: a few before `homeostat()` returns, many in slices
 * while the application goes on starting. Either way each mistake is one warning.
 */
export class ProgramOfOptions implements Disposable {
  /** The rules and responses of the options, once they are in force. */
  readonly own: Promise<OwnProgram>
  readonly #given: GivenProgram
  readonly #parts: ProgramParts
  readonly #faults: Faults
  readonly #atOnce: LoadedProgram | undefined
  readonly #settleOwn: (own: OwnProgram) => void
  #warned = 0
  #isOver = false
  readonly #report: LineReport = { now: line => warnAtStart(line), later: line => this.#warnLater(line) }

  constructor(given: GivenProgram, parts: ProgramParts, faults: Faults) {
    this.#given = given
    this.#parts = parts
    this.#faults = faults
    let settle: (own: OwnProgram) => void = () => undefined
    this.own = new Promise(resolve => (settle = resolve))
    this.#settleOwn = settle
    const isMuch = given.hasMoreThan(LOADED_AT_ONCE - sizeOf(parts))
    this.#atOnce = isMuch ? undefined : atOnce(this.#read(this.#report.now))
    if (!this.#atOnce) return
    this.#settleOwn(this.#atOnce.own)
    this.#say(this.#atOnce.findings, Infinity)
  }

  /** The part that is in force before `homeostat()` returns. */
  get atOnce(): ProgramSource {
    return this.#atOnce ? this.#sourceOf(this.#atOnce) : NOTHING
  }

  /** Loads the rest while the application goes on starting. Settles when all of it is in force; the first tick waits for that. */
  load(optimizer: Optimizer): Promise<void> | undefined {
    if (!this.#atOnce) return this.#loadInSlices(optimizer)
    this.#say(rejectedBy(optimizer), Infinity)
    this.#say(this.#serverOnly(this.#atOnce), Infinity)
    return undefined
  }

  async #loadInSlices(optimizer: Optimizer): Promise<void> {
    try {
      const program = await new SlicedWork(this.#untilOver(this.#read(this.#report.later)), SLICE_MS).done
      if (program === undefined) return
      await optimizer.loadInSlices(this.#sourceOf(program))
      this.#settleOwn(program.own)
      this.#say(allOf(program.findings, rejectedBy(optimizer), this.#serverOnly(program)), 0)
    } catch (error) {
      this.#faults.report('rule', error)
      this.#settleOwn({ rules: [], responses: [] })
    }
  }

  /** Stops the loading. {@link own} settles as empty, so that nobody waits for it. */
  [Symbol.dispose](): void {
    this.#isOver = true
    this.#settleOwn({ rules: [], responses: [] })
  }

  *#untilOver<T>(steps: Steps<T>): Steps<T | undefined> {
    while (!this.#isOver) {
      const { done, value } = steps.next()
      if (done) return value
      yield
    }
    return undefined
  }

  #warnLater(line: string): void {
    if (this.#isOver) return
    if (++this.#warned <= MOST_WARNINGS) warnAtStart(line)
    else warnLater(line)
  }

  #say(lines: Lines, atOnce: number): void {
    reportLines(lines, this.#report, atOnce, error => this.#faults.report('rule', error))
  }

  #serverOnly({ rules, own }: LoadedProgram): Lines {
    return serverOnlySelectors({ ...own, known: rules, compiler: this.#given.expressions })
  }

  #sourceOf({ rules, responses }: Program): ProgramSource {
    return { rules, responses, expressions: this.#given.expressions }
  }

  *#read(report: (line: string) => void): Steps<LoadedProgram> {
    const { problems, ...own } = yield* this.#given.read()
    for (const { message } of problems) {
      report(message)
      yield
    }
    return { ...(yield* programOf(own, this.#parts, this.#given.expressions)), own }
  }
}

interface LoadedProgram extends Program {
  readonly own: OwnProgram
}

function* rejectedBy(optimizer: Optimizer): Lines {
  for (const { message } of optimizer.rules.rejected) yield [message]
}

/** How many rules and responses the packages provide. */
function sizeOf({ domains }: ProgramParts): number {
  return domains.reduce((sum, [{ rules = [], responses = [] }]) => sum + rules.length + responses.length, 0)
}
