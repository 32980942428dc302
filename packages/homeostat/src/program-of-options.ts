import type { Optimizer, ProgramSource } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import { warnAtStart, warnLater } from '@homeostat/signals/options'
import type { HomeostatOptions } from './options.ts'
import type { Program } from './program.ts'
import { reportProgramFindings } from './report-program-findings.ts'
import { reportServerOnlySelectors } from './server-only-selectors.ts'

/** Rules and responses that are loaded before `homeostat()` returns; more of them take longer than ten milliseconds. */
const LOADED_AT_ONCE = 200
const NOTHING: ProgramSource = { rules: [], responses: [] }

/**
 * The rules and responses of packages and options on their way into force. Mistakes that are found while `homeostat()` runs are
 * warnings; later ones go to `diag`.
 */
export class ProgramOfOptions {
  readonly #program: Program
  readonly #faults: Faults
  readonly #report = { now: warnAtStart, later: (line: string): void => warnLater(line) }
  readonly #isMuch: boolean

  constructor(program: Program, faults: Faults) {
    this.#program = program
    this.#faults = faults
    const { rules, responses } = program
    const size = rules.reduce((sum, source) => sum + ('rules' in source ? source.rules.length : 1), responses.length)
    this.#isMuch = size > LOADED_AT_ONCE
    reportProgramFindings(program, faults, this.#report)
  }

  /** The part that is in force before `homeostat()` returns. */
  get atOnce(): ProgramSource {
    return this.#isMuch ? NOTHING : this.#program
  }

  /** Loads the rest while the application goes on starting. Settles when all of it is in force; the first tick waits for that. */
  load(optimizer: Optimizer, { rules = [], responses = [] }: HomeostatOptions): Promise<void> | undefined {
    for (const { message } of optimizer.rules.rejected) warnAtStart(message)
    // Rules given in code that do not parse have been reported already.
    this.#faults.contain('rule', () => reportServerOnlySelectors(rules, responses, this.#program.rules, this.#report))
    return this.#isMuch ? optimizer.loadInSlices(this.#program) : undefined
  }
}
