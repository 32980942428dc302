/** A member of an interface of options that leaves its reader in doubt. */
export interface OpenQuestion {
  /** `Interface.member`. */
  readonly member: string
  readonly missing: '@default' | 'a unit'
}

interface Member {
  readonly name: string
  readonly comment: string
  readonly isOptional: boolean
  readonly type: string
}

const OPTIONS = /^export interface (\w*(?:Options|Config|Settings|Limits))\b[^{]*\{\n(.*?)^\}/gms
/** Endings of names that carry their unit. Other numbers need a comment that says what they count. */
const UNIT = /(?:Ms|Millis|Seconds|Days|Bytes|Mb|Percent|Polls)$|Per[A-Z]/

/**
 * What the options of a source file leave open: an optional member without `@default`, and a number that has neither a unit
 * in its name nor a comment. Relies on the layout that `oxfmt` gives the file.
 */
export function openQuestions(source: string): OpenQuestion[] {
  return [...source.matchAll(OPTIONS)].flatMap(([, options, body]) =>
    membersOf(body!).flatMap(({ name, comment, isOptional, type }) => {
      const member = `${options}.${name}`
      const isBare = /^(?:readonly )?number\b/.test(type) && !UNIT.test(name) && comment === ''
      return [
        ...(isOptional && !comment.includes('@default') ? [{ member, missing: '@default' } as const] : []),
        ...(isBare ? [{ member, missing: 'a unit' } as const] : []),
      ]
    }),
  )
}

function membersOf(body: string): Member[] {
  const members: Member[] = []
  let comment = ''
  let isInComment = false
  for (const line of body.split('\n')) {
    if (line.startsWith('  /**')) {
      comment = ''
      isInComment = true
    }
    if (isInComment) {
      comment += `${line}\n`
      isInComment = !line.includes('*/')
      continue
    }
    const [, name, optional, type] = /^ {2}(?:readonly )?(\w+)(\??)[:(] ?(.*)$/.exec(line) ?? []
    if (name === undefined) continue
    members.push({ name, comment, isOptional: optional === '?', type: type! })
    comment = ''
  }
  return members
}

const FUNCTION = /^((?:\/\*\*(?:(?!\*\/).)*\*\/\n)?)export (?:async )?function\*? (\w+)(.*?)^\}/gms
const CLASS = /^export (?:abstract )?class (\w+)(.*?)^\}/gms
const METHOD =
  /^((?: {2}\/\*\*(?:(?!\*\/).)*\*\/\n)?) {2}(?:static |override |async |get |set |\*)*(\w+)(?:<[^\n]*?>)?\((.*?)^ {2}\}/gms

/**
 * The exported functions of a source file, and the public methods of its exported classes, that throw an error of their own
 * and whose TSDoc has no `@throws`.
 */
export function undocumentedThrows(source: string): string[] {
  const functions = [...source.matchAll(FUNCTION)].map(([, comment, name, body]) => ({ name: name!, comment, body }))
  const methods = [...source.matchAll(CLASS)].flatMap(([, owner, members]) =>
    [...members!.matchAll(METHOD)].map(([, comment, name, body]) => ({ name: `${owner}.${name}`, comment, body })),
  )
  return [...functions, ...methods]
    .filter(({ body, comment }) => /\bthrow new [A-Z]/.test(body!) && !comment!.includes('@throws'))
    .map(({ name }) => name)
}
