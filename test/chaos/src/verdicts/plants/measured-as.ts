import type { CreatePlant } from './plant.ts'

/** The plant as a gauge that knows only multiples of a unit: few values, many ties. */
export function rounded(create: CreatePlant, unit: number): CreatePlant {
  return mapped(create, () => value => unit * Math.round(value / unit))
}

/** The plant as a count per step, of which the plant is the mean: Poisson. */
export function counted(create: CreatePlant, scale: number): CreatePlant {
  return mapped(create, random => value => poisson(scale * value, random))
}

export interface ZerosOptions {
  /** Mean length of a time in which nothing is counted, and of one in which something is; in steps. */
  readonly off: number
  readonly on: number
}

/** The plant as something that is mostly zero and comes in bursts, such as errors. */
export function withZeros(create: CreatePlant, { off, on }: ZerosOptions): CreatePlant {
  return mapped(create, random => {
    let isOn = random() < on / (on + off)
    return value => {
      if (random() < 1 / (isOn ? on : off)) isOn = !isOn
      return isOn ? value : 0
    }
  })
}

function mapped(create: CreatePlant, createMap: (random: () => number) => (value: number) => number): CreatePlant {
  return random => {
    const plant = create(random)
    const map = createMap(random)
    return { next: acted => map(plant.next(acted)), act: () => plant.act?.() }
  }
}

/** Counts exponential waiting times: exact, and quick for the small means here. */
function poisson(mean: number, random: () => number): number {
  let count = -1
  for (let time = 0; time < mean; count++) time -= Math.log(1 - random())
  return Math.max(0, count)
}
