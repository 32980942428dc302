import type { RE2JS } from 're2js'
import { PatternProblem } from './pattern-problem.ts'
import { escapeBracketColon, renameGroups, scanPattern } from './pattern-scan.ts'
import { re2js } from './re2js-module.ts'

/** A pattern compiled by `re2js`, in RE2's syntax and linear time. */
export interface Re2Program {
  readonly regexp: RE2JS
  /** Names of the capturing groups by number; 0 is the whole match. */
  readonly groupNames: readonly (string | undefined)[]
}

/** A match takes time in the product of the lengths of the text and of the program, so both are bounded. */
const MAX_SIZE = 10_000
/** A match that wants its groups keeps their places for each instruction: two tables of 4 bytes a number. */
const MAX_PLACES = 1_000_000
/** Memory for the states of one pattern's automaton. Beyond it re2js drops the states and makes them again, or matches without. */
const MAX_STATE_BYTES = 1_048_576

/** Compiles a pattern. @throws {@link PatternProblem} if Go refuses it or it would be too large. */
export function compileRe2(source: string, flags: number): Re2Program {
  const { size, refused } = scanPattern(source)
  if (size > MAX_SIZE && refused !== undefined) throw PatternProblem.of('invalid repeat count', refused)
  if (size > MAX_SIZE || source.length > MAX_SIZE) throw PatternProblem.of('expression too large', source)
  const program = compileNamed(escapeBracketColon(source), flags)
  const { dfa } = program.regexp.re2()
  dfa.stateBudget = MAX_STATE_BYTES
  dfa.memBudget = MAX_STATE_BYTES
  return program
}

/** @throws {@link PatternProblem} when a match with groups would take too much memory. */
export function checkGroups({ regexp }: Re2Program): void {
  const places = 2 * (regexp.groupCount() + 1) * regexp.programSize()
  if (places > MAX_PLACES) throw PatternProblem.of('expression too large', regexp.pattern())
}

function compileNamed(source: string, flags: number): Re2Program {
  try {
    return named(re2js().RE2JS.compile(source, flags), name => name)
  } catch (error) {
    // Go allows the same name twice.
    const isDuplicate =
      error instanceof re2js().RE2JSSyntaxException && error.getDescription() === 'duplicate capture group name'
    if (!isDuplicate) throw problemOf(error, source)
  }
  const renamed = renameGroups(source)
  try {
    return named(re2js().RE2JS.compile(renamed.source, flags), name => renamed.names[Number(name.slice(1))])
  } catch (error) {
    throw problemOf(error, source)
  }
}

function named(regexp: RE2JS, nameOf: (name: string) => string | undefined): Re2Program {
  const groupNames: (string | undefined)[] = Array.from({ length: regexp.groupCount() + 1 }, () => undefined)
  for (const [name, index] of Object.entries(regexp.namedGroups())) groupNames[index] = nameOf(name)
  return { regexp, groupNames }
}

/** Prometheus anchors a pattern and then parses it, so its words show the pattern anchored. */
function problemOf(error: unknown, source: string): PatternProblem {
  const renamed = renameGroups(source)
  const problem = (message: string): PatternProblem =>
    new PatternProblem(asWritten(message, source, renamed.names), { cause: error })
  try {
    re2js().RE2JS.compile(`^(?s:${renamed.source})$`)
  } catch (anchored) {
    if (anchored instanceof re2js().RE2JSSyntaxException) return problem(anchored.message)
    // The parser is recursive.
    return PatternProblem.of('expression nests too deeply', source)
  }
  return problem((error instanceof Error ? error.message : String(error)).replace('`(?s)', '`'))
}

/** The words of an error about the pattern as it was before {@link renameGroups} and {@link escapeBracketColon}. */
function asWritten(text: string, source: string, names: readonly string[]): string {
  const [named = '[:]'] = /\[:\][^]*?:\]/.exec(source) ?? []
  return text
    .replaceAll(/(\(\?P?<)g(\d+)>/g, (group, open, index) => `${open}${names[Number(index)] ?? group}>`)
    .replace('`[:]`', () => `\`${named}\``)
    .replaceAll(String.raw`\[:]`, () => '[:]')
}
