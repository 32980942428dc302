import { bytesOf, keepValues, ownString, type KeptValues } from './kept-values.ts'

/** How a statement was sent. */
export interface SentRun {
  readonly text: string
  readonly values: readonly unknown[]
}

type KeptRun = SentRun & KeptValues

const MAX_RUNS = 8
/** After so many runs, the sample slowly forgets the older ones. */
const REMEMBERED_RUNS = 64
/** For texts beside the latest: statements with their values written into them. */
const MAX_OTHER_TEXT_BYTES = 32_768

/**
 * The last run of a statement, and a sample of those before it, in which a value is as frequent as it is among the runs. Source: algorithm R,
 * Vitter, Random Sampling with a Reservoir, 1985.
 */
export class KeptRuns {
  #runs: readonly KeptRun[] = []
  #count = 0

  /** @returns whether it is kept: values that are large are not */
  add(text: string, values: unknown, random: () => number): boolean {
    const kept = keepValues(values)
    if (kept === undefined) return false
    this.#count++
    const same = this.#runs.find(run => run.text === text)
    const others = this.#runs.length < MAX_RUNS ? this.#runs : this.#sampled(random)
    this.#runs = withinBudget([...others, { text: same?.text ?? ownString(text), ...kept }])
    return true
  }

  /** All of them, the last one last. */
  get all(): readonly SentRun[] {
    return this.#runs
  }

  get bytes(): number {
    const texts = new Set(this.#runs.map(({ text }) => text))
    return sum(this.#runs.map(({ bytes }) => bytes)) + sum([...texts].map(bytesOf))
  }

  /** The run that was the last one takes the place of another, or goes. */
  #sampled(random: () => number): readonly KeptRun[] {
    const sample = this.#runs.slice(0, -1)
    const place = Math.floor(random() * Math.min(this.#count - 1, REMEMBERED_RUNS))
    return place < sample.length ? sample.with(place, this.#runs.at(-1)!) : sample
  }
}

function withinBudget(runs: readonly KeptRun[]): readonly KeptRun[] {
  const own = runs.at(-1)!.text
  const texts = new Set(runs.map(({ text }) => text))
  texts.delete(own)
  let bytes = sum([...texts].map(bytesOf))
  const dropped = new Set<string>()
  for (const text of texts) {
    if (bytes <= MAX_OTHER_TEXT_BYTES) break
    dropped.add(text)
    bytes -= bytesOf(text)
  }
  return dropped.size === 0 ? runs : runs.filter(({ text }) => !dropped.has(text))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
