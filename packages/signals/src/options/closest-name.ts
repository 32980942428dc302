/** Longer names are not compared: the work is the product of the lengths. */
const LONGEST_NAME = 64

/**
 * The known name that a misspelt one was most likely meant to be, if any is close: at most one slip in three letters,
 * letter case left aside.
 */
export function closestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > LONGEST_NAME) return undefined
  const lower = name.toLowerCase()
  let closest: string | undefined
  let least = Math.floor(Math.max(3, name.length) / 3) + 1
  for (const candidate of known) {
    const distance = editDistance(lower, candidate.toLowerCase(), least)
    if (distance < least) {
      least = distance
      closest = candidate
    }
  }
  return closest
}

/** The end of a warning about an unknown name, `; did you mean cache.warm?`; empty where no known name is close. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const meant = closestName(name, known)
  return meant === undefined ? '' : `; did you mean ${meant}?`
}

/** Levenshtein's distance with neighbours that swapped places counted as one slip; anything from `limit` on is `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (isSame ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return Math.min(limit, at(last, b.length))
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
