/**
 * Twice the mean rank of each value (a whole number), and the sum of t^3 - t over groups of t equal values. Values that are not
 * numbers rank last, as one group.
 */
export function midranks(values: readonly number[]): { doubled: number[]; tied: number } {
  const order = values
    .map((value, index) => ({ value, index }))
    .toSorted((a, b) =>
      a.value < b.value ? -1 : a.value > b.value ? 1 : +Number.isNaN(a.value) - +Number.isNaN(b.value),
    )
  const doubled: number[] = Array.from({ length: values.length }, () => 0)
  let tied = 0
  for (let start = 0; start < order.length;) {
    const { value } = order[start]!
    // A group holds its first value whatever it equals, so that the loop always advances.
    let end = start + 1
    while (end < order.length && (order[end]!.value === value || Number.isNaN(value))) end++
    for (let index = start; index < end; index++) doubled[order[index]!.index] = start + end + 1
    tied += (end - start) ** 3 - (end - start)
    start = end
  }
  return { doubled, tied }
}
