import type { Arena } from './arena.ts'

/** Outcomes after which a cell forgets: it follows a change of regime within a few hundred of them. */
const MEMORY = 300
/** How many outcomes of its own a cell needs to weigh as much as the base rate. */
const SHRINKAGE = 6
const ONE = 65_535

/**
 * How often a crossing followed in each of a few hundred situations: cell rates shrunk towards the base rate (a Beta prior
 * whose mean is the base rate, as in the m-estimate of Cestnik, "Estimating probabilities", ECAI 1990). A cell takes four
 * bytes: a rate in 1/65,535 and a count.
 */
export class FrequencyTables {
  readonly cells: Uint16Array

  constructor(cells: number, arena: Arena) {
    this.cells = arena.uint16(2 * cells)
  }

  static bytes(cells: number): number {
    return 4 * cells
  }

  learn(cell: number, outcome: number): void {
    const { cells } = this
    const count = cells[2 * cell + 1]! + 1
    const rate = cells[2 * cell]!
    cells[2 * cell] = rate + (outcome * ONE - rate) / count + 0.5
    cells[2 * cell + 1] = count > MEMORY ? MEMORY : count
  }

  rate(cell: number, baseRate: number): number {
    const count = this.cells[2 * cell + 1]!
    return ((count * this.cells[2 * cell]!) / ONE + SHRINKAGE * baseRate) / (count + SHRINKAGE)
  }

  count(cell: number): number {
    return this.cells[2 * cell + 1]!
  }
}
