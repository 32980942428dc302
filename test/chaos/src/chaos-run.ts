/** One line of the report. */
export interface ChaosRow {
  readonly run: string
  readonly case: string
  readonly [figure: string]: string | number | boolean
}

export interface ChaosOptions {
  /** The form that the tests run: fewer repetitions, the same code. */
  readonly short: boolean
  readonly seed: number
  /** How long a run that takes as long as it is given takes, in minutes. @default what the run says */
  readonly minutes?: number
  readonly report: (row: ChaosRow) => void
}

/** One promise of the loop and how it is measured. */
export interface ChaosRun {
  readonly name: string
  /** One line for `--help`. */
  readonly about: string
  run(options: ChaosOptions): Promise<void>
}
