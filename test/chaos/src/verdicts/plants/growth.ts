import { type CreatePlant, STEPS_PER_DAY, STEPS_PER_HOUR } from './plant.ts'

/** A load that grows by itself, whatever the action does, in a straight line. */
export function growing(create: CreatePlant, perHour: number): CreatePlant {
  return random => {
    const plant = create(random)
    let step = 0
    return { next: acted => plant.next(acted) * (1 + (perHour * step++) / STEPS_PER_HOUR), act: () => plant.act?.() }
  }
}

/** A load that swings by the day, by such a share each way. */
export function drifting(create: CreatePlant, share: number): CreatePlant {
  return random => {
    const plant = create(random)
    let step = Math.floor(random() * STEPS_PER_DAY)
    return {
      next: acted => plant.next(acted) * (1 + share * Math.sin((2 * Math.PI * step++) / STEPS_PER_DAY)),
      act: () => plant.act?.(),
    }
  }
}
