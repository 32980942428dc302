import { median } from '../episode.ts'
import type { Point } from './trend.ts'

/** A fall of so much between two neighbours, and of so many times their usual difference, is a restart; a rise of as much is a jump. */
const SUDDEN = { by: -Math.log(0.7), spreads: 3 }

/** What a standard deviation is in median absolute deviations of normal numbers. */
const PER_MAD = 1.4826

/** When a level changed at once. */
export interface Sudden {
  /** The process began anew: it has lost what it had leaked, and begins to leak again. */
  readonly restarts: readonly number[]
  /** The load of the day came, or a batch began: no leak rises so suddenly. */
  readonly jumps: readonly number[]
}

export function suddenIn(points: readonly Point[]): Sudden {
  const steps = points.slice(1).map(([, value], index) => value - points[index]![1])
  const usual = median(steps)
  const spread = PER_MAD * median(steps.map(step => Math.abs(step - usual)))
  const limit = Math.max(SUDDEN.by, SUDDEN.spreads * spread)
  const when = (is: (step: number) => boolean): number[] =>
    points.slice(1).flatMap(([ms], index) => (is(steps[index]!) ? ms : []))
  return { restarts: when(step => step < -limit), jumps: when(step => step - usual > limit) }
}

/** The stretches of points between such times, which ascend. */
export function between(times: readonly number[], points: readonly Point[]): readonly (readonly Point[])[] {
  const stretches: Point[][] = [[]]
  let next = 0
  for (const point of points) {
    while (next < times.length && point[0] >= times[next]!) {
      stretches.push([])
      next++
    }
    stretches.at(-1)!.push(point)
  }
  return stretches.filter(({ length }) => length > 1)
}
