/** A statement of a module, as far as an example needs it: what it declares and which names it may refer to. */
export interface Statement {
  readonly code: string
  readonly declares: readonly string[]
  readonly mentions: ReadonlySet<string>
}

/** A name and the import statement that provides it alone. */
export type Imports = ReadonlyMap<string, string>

const IMPORT = /^import (type )?(?:([\w$]+),? ?)?(?:\{([^}]*)\}|\* as ([\w$]+))? ?from '([^']+)'$/

/**
 * Splits the code of an example into imports and statements. A statement starts in the first column, so this holds for
 * code that `oxfmt` has formatted, as it formats all documents.
 */
export function read(code: string): { readonly imports: Imports; readonly statements: readonly Statement[] } {
  const imports = new Map<string, string>()
  const statements: Statement[] = []
  for (const part of splitAtFirstColumn(code)) {
    const line = part.replaceAll(/\s+/g, ' ').trim()
    const [match, type = '', byDefault, names = '', namespace, from] = IMPORT.exec(line) ?? []
    if (match === undefined) {
      statements.push({ code: part, declares: declaredBy(part), mentions: mentionedIn(part) })
      continue
    }
    if (byDefault !== undefined) imports.set(byDefault, `import ${type}${byDefault} from '${from}'`)
    if (namespace !== undefined) imports.set(namespace, `import * as ${namespace} from '${from}'`)
    for (const name of names.split(',').map(each => each.trim())) {
      if (name !== '') imports.set(name.split(/ as | /).at(-1)!, `import ${type}{ ${name} } from '${from}'`)
    }
  }
  return { imports, statements }
}

function splitAtFirstColumn(code: string): string[] {
  const parts: string[] = []
  for (const line of code.split('\n')) {
    if (parts.length > 0 && !/^[\w$[({`'"/].*$/.test(line)) parts[parts.length - 1] += `\n${line}`
    else parts.push(line)
  }
  return parts
}

const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(?:async )?(?:await using|using|const|let|var|class|function\*?|interface|type|enum)\s+([\w$]+|\{[^}]*\}|\[[^\]]*\])/

function declaredBy(statement: string): string[] {
  const [, declared] = DECLARATION.exec(statement) ?? []
  if (declared === undefined) return []
  // In `{ a, b: c = 1, ...d }` the names are a, c and d.
  return declared
    .replaceAll(/[{}[\]\s]/g, '')
    .split(',')
    .filter(part => part !== '')
    .map(part =>
      part
        .replace(/^\.\.\./, '')
        .replace(/=.*$/, '')
        .split(':')
        .at(-1)!,
    )
}

/** The words of some code that may be names: not those of texts and comments, nor those behind a dot. */
export function mentionedIn(code: string): Set<string> {
  const bare = code.replaceAll(/\/\/.*$|\/\*.*?\*\//gm, '').replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''")
  return new Set([...bare.matchAll(/(?<![\w$]|(?<!\.\.)\.)[A-Za-z_$][\w$]*/g)].map(([word]) => word))
}
