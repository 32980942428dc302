import { intersects, satisfies, valid, validRange } from 'semver'

/** Comparing takes the product of the lengths, and a range comes from a file that anybody can write. */
const LONGEST = 200

/** Undefined where the version or the range is not one. */
export function accepts(range: string, version: string): boolean | undefined {
  if (!isRange(range) || valid(version) === null) return undefined
  return satisfies(version, range, { includePrerelease: true })
}

/** Whether two ranges have a version in common; undefined where one of them is not a range. */
export function overlap(one: string, other: string): boolean | undefined {
  return isRange(one) && isRange(other) ? intersects(one, other, { includePrerelease: true }) : undefined
}

function isRange(text: string): boolean {
  return text.length <= LONGEST && validRange(text) !== null
}
