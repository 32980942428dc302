import { gaussian } from '@homeostat/lab/scenarios'
import type { CreatePlant, Plant } from './plant.ts'

export interface LabelSetsOptions {
  readonly count: number
  /** Standard deviation of the logarithm of what each label set has of its own. */
  readonly own: number
  /** What the action multiplies its label set by while it lasts; 1 is a placebo. */
  readonly factor: number
}

/** Label sets of one service: the same load meets all of them, so that their alerts fire together. */
export function createLabelSets(load: CreatePlant, { count, own, factor }: LabelSetsOptions): CreatePlant {
  return random => {
    const shared = load(random)
    let value = 0
    const labelSet = (): Plant['next'] => {
      return acted => value * Math.exp(own * gaussian(random)) * (acted ? factor : 1)
    }
    const first = labelSet()
    return {
      next(acted) {
        value = shared.next(false)
        return first(acted)
      },
      beside: Array.from({ length: count - 1 }, () => ({ next: labelSet() })),
    }
  }
}
