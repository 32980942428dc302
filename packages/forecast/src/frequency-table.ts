/** Labels after which a cell forgets: it follows a change of regime within a few hundred outcomes. */
const MEMORY = 300
/** How many outcomes of its own a cell needs to weigh as much as the base rate. */
const SHRINKAGE = 6

/**
 * How often a crossing followed in each of a few situations: cell rates shrunk towards the base rate (a Beta prior whose mean
 * is the base rate, as in the m-estimate of Cestnik, "Estimating probabilities", ECAI 1990). A cell is a rate and a count.
 */
export class FrequencyTable {
  readonly cells: Float32Array

  constructor(size: number) {
    this.cells = new Float32Array(2 * size)
  }

  learn(cell: number, outcome: number): void {
    const { cells } = this
    const count = cells[2 * cell + 1]! + 1
    cells[2 * cell]! += (outcome - cells[2 * cell]!) / count
    cells[2 * cell + 1] = count > MEMORY ? MEMORY : count
  }

  rate(cell: number, baseRate: number): number {
    const count = this.cells[2 * cell + 1]!
    return (count * this.cells[2 * cell]! + SHRINKAGE * baseRate) / (count + SHRINKAGE)
  }
}
