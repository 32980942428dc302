import { gaussian } from '@homeostat/lab/scenarios'
import { exponential, logNormal, type ArrivalKind } from './arrival-kinds.ts'

/** Pareto with a minimum and an exponent: few are long, and those are very long. */
const pareto = (least: number, exponent: number, random: () => number): number =>
  least / (1 - random()) ** (1 / exponent)

/** A rate that rises along a line and falls at once. */
const sawtooth = (low: number, high: number, periodSeconds: number) => (): ((second: number) => number) => second =>
  low + ((high - low) * (second % periodSeconds)) / periodSeconds

/** Nothing, and then bursts of which few are long. */
function onAndOff(rate: number, offSeconds: number, leastSeconds: number) {
  return (random: () => number): ((second: number) => number) => {
    let isOn = false
    let until = exponential(offSeconds, random)
    return second => {
      while (second >= until) {
        isOn = !isOn
        until += isOn ? Math.min(3600, pareto(leastSeconds, 1.5, random)) : exponential(offSeconds, random)
      }
      return isOn ? rate : 0
    }
  }
}

/** A logarithm that wanders about its mean (Ornstein and Uhlenbeck). */
function wandering(mean: number, spread: number, memorySeconds: number) {
  return (random: () => number): ((second: number) => number) => {
    let level = 0
    return () => {
      level += -level / memorySeconds + spread * Math.sqrt(2 / memorySeconds) * gaussian(random)
      return mean * Math.exp(level)
    }
  }
}

/** Batches of very different sizes over a base. */
function unequalBatches(base: number, { least, everySeconds }: { least: number; everySeconds: number }) {
  return (random: () => number): ((second: number) => number) => {
    let next = exponential(everySeconds, random)
    return second => {
      if (second < next) return base
      next = second + 1 + exponential(everySeconds, random)
      return base + Math.min(10 * least, pareto(least, 1.5, random))
    }
  }
}

/** Shapes that nobody looked at while the formula was chosen. */
export const heldOutKinds: readonly ArrivalKind[] = [
  { name: 'a sawtooth of 20 minutes', createRate: sawtooth(4, 24, 1200), drawRun: random => exponential(1, random) },
  {
    name: 'on and off, few bursts long',
    createRate: onAndOff(20, 600, 60),
    drawRun: random => logNormal(1, 2, random),
  },
  { name: 'a rate that wanders', createRate: wandering(10, 0.6, 300), drawRun: random => exponential(1.2, random) },
  {
    name: 'unequal batches, varied runs',
    createRate: unequalBatches(8, { least: 150, everySeconds: 600 }),
    drawRun: random => logNormal(1.2, 3, random),
  },
]
