import type { Example } from './example.ts'
import { mentionedIn, read, type Imports, type Statement } from './statements.ts'

/** An example as a module that can be compiled and run. */
export interface WholeModule {
  readonly code: string
  /** How many lines of the code stand before the example's own. */
  readonly before: number
}

/** Where the names come from that an example does not declare. */
export interface Surroundings {
  /** The examples of the same page that stand before it. */
  readonly earlier: readonly Example[]
  /** The import of each name that may be taken for granted. */
  readonly given: Imports
}

/**
 * Completes an example the way its reader does: what it mentions and does not declare was declared or imported by an
 * earlier example of the page, or is something that the application has.
 */
export function wholeModule(example: Example, { earlier, given }: Surroundings): WholeModule {
  const own = read(example.code)
  const pages = earlier.map(({ code }) => read(code))
  const known = new Set([...own.imports.keys(), ...own.statements.flatMap(({ declares }) => declares)])
  const imports: string[] = []
  const needed = new Set<Statement>()
  const missing = [...mentionedIn(example.code)]
  for (let name = missing.pop(); name !== undefined; name = missing.pop()) {
    if (known.has(name)) continue
    known.add(name)
    const page = pages.findLast(
      each => each.imports.has(name) || each.statements.some(({ declares }) => declares.includes(name)),
    )
    const statement = page?.statements.find(({ declares }) => declares.includes(name))
    const line = page?.imports.get(name) ?? (statement === undefined ? given.get(name) : undefined)
    if (line !== undefined) imports.push(line)
    if (statement === undefined) continue
    needed.add(statement)
    for (const declared of statement.declares) known.add(declared)
    missing.push(...statement.mentions)
  }
  const inOrder = pages.flatMap(({ statements }) => statements).filter(statement => needed.has(statement))
  const before = [...imports.toSorted(), ...inOrder.map(({ code }) => code)].join('\n')
  return { code: `${before}\n${example.code}\nexport {}\n`, before: before.split('\n').length }
}
