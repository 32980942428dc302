import type { CreatePlant } from './plant.ts'

/** What the action does to a value while its effect lasts. */
export interface Effect {
  /** A run begins. */
  begin?(): void
  /** What the next sample is multiplied by. */
  factor(): number
}

export type CreateEffect = (random: () => number) => Effect

/** The same factor in each run. */
export function times(factor: number): CreateEffect {
  return () => ({ factor: () => factor })
}

/** A run that mostly helps a little, and sometimes hurts badly. */
export function mixtureOfRuns(mostly: number, rarely: number, share: number): CreateEffect {
  return random => {
    let factor = mostly
    return { begin: () => void (factor = random() < share ? rarely : mostly), factor: () => factor }
  }
}

/** The same with one bad run in each so many, at a place drawn by chance. */
export function mixtureInBlocks(mostly: number, rarely: number, size: number): CreateEffect {
  return random => {
    let left = 0
    let rareAt = 0
    return {
      begin() {
        if (left === 0) [left, rareAt] = [size, 1 + Math.floor(random() * size)]
        left--
      },
      factor: () => (left + 1 === rareAt ? rarely : mostly),
    }
  }
}

/** In each run so many samples of a window get one factor and the rest the other, in an order drawn by chance. */
export function mixtureOfSamples(mostly: number, rarely: number, window: number, rare: number): CreateEffect {
  return random => {
    let left = 0
    let rareLeft = 0
    return {
      begin: () => void (left = 0),
      factor() {
        if (left === 0) [left, rareLeft] = [window, rare]
        const isRare = random() * left-- < rareLeft
        if (isRare) rareLeft--
        return isRare ? rarely : mostly
      },
    }
  }
}

/** A plant with an action. Runs do nothing to a plant that has none. */
export function withEffect(create: CreatePlant, createEffect: CreateEffect): CreatePlant {
  return random => {
    const plant = create(random)
    const effect = createEffect(random)
    return {
      next: acted => plant.next(acted) * (acted ? effect.factor() : 1),
      act() {
        effect.begin?.()
        plant.act?.()
      },
    }
  }
}
