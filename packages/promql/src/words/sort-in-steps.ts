import type { Steps } from './steps.ts'

/** Sorted at once between two rests: ten thousand comparisons of labels would hold the event loop for a tenth of a second. */
const RUN = 256

/** Sorts in place as `Array.prototype.sort` does, stable, resting in between: runs are sorted, then merged. */
export function* sortInSteps<T>(items: T[], compare: (a: T, b: T) => number): Steps<void> {
  let from: T[] = []
  let to: T[] = []
  for (let start = 0; start < items.length; start += RUN) {
    for (const item of items.slice(start, start + RUN).toSorted(compare)) from.push(item)
    if (items.length > RUN) yield
  }
  for (let width = RUN; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      const middle = Math.min(start + width, from.length)
      const end = Math.min(middle + width, from.length)
      for (let left = start, right = middle; left < middle || right < end;) {
        const takesLeft = right >= end || (left < middle && compare(from[left] as T, from[right] as T) <= 0)
        to.push(from[takesLeft ? left++ : right++] as T)
        if (to.length % RUN === 0) yield
      }
    }
    ;[from, to] = [to, []]
  }
  for (const [place, item] of from.entries()) items[place] = item
}
