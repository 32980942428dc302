import { quantile } from '../episode.ts'

/**
 * The quantile of values in any order, from 0 to 1. It moves them about; an order statistic takes a tenth of the time of sorting
 * (quickselect: Hoare, Communications of the ACM 4, 1961).
 */
export function selectQuantile(values: Float64Array, position: number): number {
  if (values.length === 0) return Number.NaN
  const place = position * (values.length - 1)
  const [low, high] = [select(values, Math.floor(place)), select(values, Math.ceil(place))]
  return quantile(Float64Array.of(low, high), place - Math.floor(place))
}

/** The value that would stand at this index if they were sorted. */
export function select(values: Float64Array, rank: number): number {
  let from = 0
  let to = values.length - 1
  while (from < to) {
    const pivot = values[(from + to) >> 1]!
    let left = from
    let right = to
    while (left <= right) {
      while (values[left]! < pivot) left++
      while (values[right]! > pivot) right--
      if (left > right) break
      ;[values[left], values[right]] = [values[right]!, values[left]!]
      left++
      right--
    }
    if (rank <= right) to = right
    else if (rank >= left) from = left
    else break
  }
  return values[rank]!
}
