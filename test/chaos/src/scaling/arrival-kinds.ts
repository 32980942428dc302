import { gaussian } from '@homeostat/lab/scenarios'

/** One job of a simulated queue. */
export interface PlannedJob {
  /** When it is added, in seconds. */
  readonly at: number
  /** How long it runs, in seconds. */
  readonly run: number
}

export interface ArrivalKind {
  readonly name: string
  /** Jobs per second at a moment. Asked once per second, in order. */
  createRate(random: () => number): (second: number) => number
  /** How long a job runs, in seconds. */
  drawRun(random: () => number): number
}

export const exponential = (mean: number, random: () => number): number => -mean * Math.log(1 - random())

/** Log-normal with a mean and a squared coefficient of variation. */
export function logNormal(mean: number, variation: number, random: () => number): number {
  const variance = Math.log(1 + variation)
  return mean * Math.exp(Math.sqrt(variance) * gaussian(random) - variance / 2)
}

/** A rate that switches between two values and stays at each for an exponential time (MMPP of two states). */
function switching(low: { rate: number; seconds: number }, high: { rate: number; seconds: number }) {
  return (random: () => number): ((second: number) => number) => {
    let state = low
    let until = exponential(low.seconds, random)
    return second => {
      while (second >= until) {
        state = state === low ? high : low
        until += exponential(state.seconds, random)
      }
      return state.rate
    }
  }
}

/** A base rate and batches that are added within one second. */
function batches(base: number, { jobs, everySeconds }: { jobs: number; everySeconds: number }) {
  return (random: () => number): ((second: number) => number) => {
    let next = exponential(everySeconds, random)
    return second => {
      if (second < next) return base
      next = second + 1 + exponential(everySeconds, random)
      return base + jobs * (0.5 + random())
    }
  }
}

/** What arrives in the simulations, most of it in bursts. */
export const arrivalKinds: readonly ArrivalKind[] = [
  {
    name: 'steady',
    createRate: () => () => 10,
    drawRun: random => exponential(1, random),
  },
  {
    name: 'bursts of minutes, 4x',
    createRate: switching({ rate: 6, seconds: 600 }, { rate: 24, seconds: 300 }),
    drawRun: random => exponential(1, random),
  },
  {
    name: 'bursts of minutes, 10x, varied runs',
    createRate: switching({ rate: 3, seconds: 900 }, { rate: 30, seconds: 240 }),
    drawRun: random => logNormal(0.8, 4, random),
  },
  {
    name: 'batches over a base',
    createRate: batches(10, { jobs: 400, everySeconds: 900 }),
    drawRun: random => exponential(1, random),
  },
  {
    name: 'a daily wave in two hours',
    createRate: () => second => 14 * (1 + 0.7 * Math.sin((2 * Math.PI * second) / 7200)),
    drawRun: random => logNormal(1, 2, random),
  },
  {
    name: 'long jobs in bursts',
    createRate: switching({ rate: 0.4, seconds: 900 }, { rate: 1.2, seconds: 600 }),
    drawRun: random => logNormal(20, 0.5, random),
  },
]

/** The jobs of a kind, in the order of their arrival. */
export function planJobs(kind: ArrivalKind, seconds: number, random: () => number): readonly PlannedJob[] {
  const rateAt = kind.createRate(random)
  const jobs: PlannedJob[] = []
  for (let second = 0; second < seconds; second++) {
    const rate = rateAt(second)
    if (rate <= 0) continue
    for (let at = exponential(1 / rate, random); at < 1; at += exponential(1 / rate, random)) {
      jobs.push({ at: second + at, run: kind.drawRun(random) })
    }
  }
  return jobs
}
