import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where an export is declared, and whether a TSDoc comment stands above it. */
export interface ExportedDeclaration {
  readonly name: string
  /** The file of declarations that has it, relative to the repository. */
  readonly file: string
  readonly isDocumented: boolean
}

const root = new URL('../../../', import.meta.url)

const RE_EXPORTS = /^export (?:type )?(\*|\{[^}]*\})(?: from ["']([^"']+)["'])?;?$/gm
const NAMESPACES = /(\*\/\s*)?^export \* as ([\w$]+) from /gm
const DECLARATIONS =
  /(\*\/\s*)?^export (?:declare )?(?:abstract )?(?:class|interface|type|const|let|function|enum|namespace) ([\w$]+)/gm

/** The exports of a file of declarations, with those that it takes from other files of its package. Sorted by name. */
export function exportsOf(url: URL): ExportedDeclaration[] {
  return [...declarationsIn(url).values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function declarationsIn(url: URL): Map<string, ExportedDeclaration> {
  const text = readFileSync(url, 'utf8')
  const file = fileURLToPath(url).slice(fileURLToPath(root).length)
  const found = new Map<string, ExportedDeclaration>()
  for (const [, comment, name] of text.matchAll(DECLARATIONS)) {
    // An overload may leave the comment to the first one.
    const isDocumented = comment !== undefined || found.get(name!)?.isDocumented === true
    found.set(name!, { name: name!, file, isDocumented })
  }
  for (const [, comment, name] of text.matchAll(NAMESPACES))
    found.set(name!, { name: name!, file, isDocumented: comment !== undefined })
  for (const [, names, from] of text.matchAll(RE_EXPORTS)) {
    // An export of another package is checked where that package exports it.
    if (from !== undefined && !from.startsWith('.')) continue
    const others = from === undefined ? localsOf(text, file) : declarationsIn(new URL(declarationFile(from), url))
    if (names === '*') for (const [name, declaration] of others) found.set(name, declaration)
    else {
      for (const [name, as] of renamesIn(names!)) {
        const declaration = others.get(name)
        if (declaration === undefined)
          throw new Error(`${file} exports ${name}, which ${from ?? 'it'} does not declare`)
        found.set(as, { ...declaration, name: as })
      }
    }
  }
  return found
}

/** What a file declares and exports further down, by `export { … }`. */
function localsOf(text: string, file: string): Map<string, ExportedDeclaration> {
  const declared = /(\*\/\s*)?^(?:export )?(?:declare )(?:abstract )?(?:class|const|let|function|enum) ([\w$]+)/gm
  return new Map(
    [...text.matchAll(declared)].map(([, comment, name]) => [
      name!,
      { name: name!, file, isDocumented: comment !== undefined },
    ]),
  )
}

function renamesIn(names: string): (readonly [name: string, as: string])[] {
  return names
    .slice(1, -1)
    .split(',')
    .map(part => part.trim().replace(/^type /, ''))
    .filter(part => part !== '')
    .map(part => {
      const [name = '', as = name] = part.split(' as ')
      return [name, as] as const
    })
}

function declarationFile(path: string): string {
  return path.replace(/\.ts$|\.js$/, '.d.ts')
}
