import { KahanSum, Mean } from '../numbers/kahan.ts'

/** Something that takes the values of one group one by one and ends in one value. */
export interface Fold {
  reset(): void
  add(value: number): void
  readonly value: number
}

/** Keeps one of the values; NaN gives way to any other. */
class Extreme implements Fold {
  value = NaN
  readonly #better: (value: number, kept: number) => boolean

  constructor(better: (value: number, kept: number) => boolean) {
    this.#better = better
  }

  reset(): void {
    this.value = NaN
  }

  add(value: number): void {
    if (Number.isNaN(this.value) || this.#better(value, this.value)) this.value = value
  }
}

class Count implements Fold {
  value = 0

  reset(): void {
    this.value = 0
  }

  add(_value: number): void {
    this.value += 1
  }
}

class One implements Fold {
  readonly value = 1

  reset(): void {}

  add(_value: number): void {}
}

/** Population variance by Welford's method (Technometrics 4, 1962), or its square root. */
class Spread implements Fold {
  #count = 0
  #mean = 0
  #squares = 0
  readonly #root: boolean

  constructor(root: boolean) {
    this.#root = root
  }

  reset(): void {
    this.#count = 0
    this.#mean = 0
    this.#squares = 0
  }

  add(value: number): void {
    this.#count += 1
    const delta = value - this.#mean
    this.#mean += delta / this.#count
    this.#squares += delta * (value - this.#mean)
  }

  get value(): number {
    const variance = this.#squares / this.#count
    return this.#root ? Math.sqrt(variance) : variance
  }
}

/**
 * Folds for so many groups, ready to begin. Shared by every aggregation of its kind: an evaluation never waits, and nothing
 * is evaluated between the first value and the result.
 */
function lent(make: () => Fold): (count: number) => readonly Fold[] {
  const folds: Fold[] = []
  return count => {
    while (folds.length < count) folds.push(make())
    for (let i = 0; i < count; i++) folds[i]?.reset()
    return folds
  }
}

/** Aggregations that fold a group into one value, by name. */
export const FOLDS: Readonly<
  Record<'sum' | 'avg' | 'count' | 'min' | 'max' | 'group' | 'stddev' | 'stdvar', (count: number) => readonly Fold[]>
> = {
  sum: lent(() => new KahanSum()),
  avg: lent(() => new Mean()),
  count: lent(() => new Count()),
  min: lent(() => new Extreme((value, kept) => value < kept)),
  max: lent(() => new Extreme((value, kept) => value > kept)),
  group: lent(() => new One()),
  stddev: lent(() => new Spread(true)),
  stdvar: lent(() => new Spread(false)),
}
