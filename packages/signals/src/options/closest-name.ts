import { atOnce, type Steps } from '../time/steps.ts'

/** Longer names are not compared: the work is the product of the lengths. */
const LONGEST_NAME = 64
/** A misspelt word may have one slip in so many letters. */
const LETTERS_OF_SLIP = 4
/** Shorter beginnings fit too many names. */
const SHORTEST_BEGINNING = 4

/** Names compared between two rests; one takes some ten microseconds. */
const NAMES_OF_STEP = 16

/**
 * The known name that a wrong one was most likely meant to be, if any is close. Letter case is left aside. Names are compared
 * word by word where they have several, split at dots, underscores, hyphens and humps: a common part,
 * a prefix `HOMEOSTAT_` for example, then does not count for the words in which they differ.
 *
 * - A misspelt word has at most one slip in four letters, and one in two or three letters.
 * - Where the words are the same but for their order or for further ones, at least half of the longer name has to fit.
 * - The beginning of a name, from four letters on, fits: `limit` was meant to be `limitMs`.
 *
 * @example
 * ```ts
 * closestName('HOMEOSTAT_MODDE', ['HOMEOSTAT_MODE']) // 'HOMEOSTAT_MODE'
 * closestName('HOMEOSTAT_TOKEN', ['HOMEOSTAT_MODE']) // undefined
 * closestName('limit', ['limitMs', 'graceMs']) // 'limitMs'
 * ```
 */
export function closestName(name: string, known: Iterable<string>): string | undefined {
  return atOnce(closestNameInSteps(name, known))
}

/** The same in steps, for thousands of known names. */
export function* closestNameInSteps(name: string, known: Iterable<string>): Steps<string | undefined> {
  if (name.length > LONGEST_NAME) return undefined
  let closest: string | undefined
  let least = Infinity
  let compared = 0
  for (const candidate of known) {
    if (++compared % NAMES_OF_STEP === 0) yield
    // Each measure below needs at least half of the longer name.
    if (candidate.length > 2 * name.length + 4 || name.length > 2 * candidate.length + 4) continue
    const distance = distanceOf(name, candidate)
    if (distance >= least) continue
    least = distance
    closest = candidate
  }
  return closest
}

/** Ends a warning about an unknown name with `; did you mean cache.warm?`, or with nothing if no known name is close. */
export function didYouMean(name: string, known: Iterable<string>): string {
  return hintAt(closestName(name, known))
}

/** The same in steps, for thousands of known names. */
export function* didYouMeanInSteps(name: string, known: Iterable<string>): Steps<string> {
  return hintAt(yield* closestNameInSteps(name, known))
}

/** Ends a warning with the name that was meant, or with nothing if there is no such name. */
export function hintAt(meant: string | undefined): string {
  return meant === undefined ? '' : `; did you mean ${meant}?`
}

/**
 * Whether a text looks like one of the words, so that it is not a secret: at most one slip in three letters.
 *
 * @example
 * ```ts
 * resemblesOne('http/protobuff', ['grpc', 'http/protobuf']) // true
 * resemblesOne('hunter2', ['grpc', 'http/protobuf']) // false
 * ```
 */
export function resemblesOne(text: string, words: Iterable<string>): boolean {
  if (text.length > LONGEST_NAME) return false
  const limit = Math.floor(Math.max(3, text.length) / 3) + 1
  for (const word of words) if (editDistance(text.toLowerCase(), word.toLowerCase(), limit) < limit) return true
  return false
}

/** How far two names are from each other, from 0 for equal ones to 1; infinite if nobody would write one for the other. */
function distanceOf(name: string, candidate: string): number {
  const [a, b] = [wordsOf(name), wordsOf(candidate)]
  const [one, other] = [a.join(''), b.join('')]
  if (one === other) return 0
  if (one === '' || other === '') return Infinity
  return Math.min(misspelt(one, other, a, b), sameWords(a, b), beginning(one, other, a.length))
}

/** Slips over the whole name. Words that both have prove nothing, so the others must be close by themselves. */
function misspelt(one: string, other: string, a: readonly string[], b: readonly string[]): number {
  const longest = Math.max(one.length, other.length)
  const slips = editDistance(one, other, slipsOf(longest) + 1)
  if (slips > slipsOf(longest)) return Infinity
  const [mine, theirs] = [without(a, b).join(''), without(b, a).join('')]
  // A word that was split or joined.
  if (mine === '' || theirs === '') return slips / longest
  const differing = Math.max(mine.length, theirs.length)
  return editDistance(mine, theirs, slipsOf(differing) + 1) > slipsOf(differing) ? Infinity : slips / longest
}

/** Several words in another order, or one name's words among those of a name that is at most twice as long. */
function sameWords(a: readonly string[], b: readonly string[]): number {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a]
  if (few.length < 2 || without(few, many).length > 0) return Infinity
  const [least, most] = [few.join('').length, many.join('').length]
  return least * 2 >= most ? 1 - least / (most + 1) : Infinity
}

/** A name of one word that the other one begins with. */
function beginning(one: string, other: string, words: number): number {
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  const isWhole = words === 1 && short.length >= SHORTEST_BEGINNING && long.startsWith(short)
  return isWhole && short.length * 2 >= long.length ? 1 - short.length / (long.length + 1) : Infinity
}

function slipsOf(length: number): number {
  return length < 2 ? 0 : Math.max(1, Math.floor(length / LETTERS_OF_SLIP))
}

function wordsOf(name: string): string[] {
  const humps = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
  return humps
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '')
}

/** The words of `a` that `b` does not have, each as often as it is missing. */
function without(a: readonly string[], b: readonly string[]): string[] {
  const left = [...b]
  return a.filter(word => {
    const at = left.indexOf(word)
    if (at !== -1) left.splice(at, 1)
    return at === -1
  })
}

/** Levenshtein's distance with swapped neighbours counted as one slip (Damerau, Communications of the ACM 7, 1964); anything from `limit` on is `limit`. */
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
    // No later row has anything less.
    if (Math.min(...current) >= limit) return limit
    beforeLast = last
    last = current
  }
  return Math.min(limit, at(last, b.length))
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
