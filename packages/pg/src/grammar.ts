import Module from 'node:module'
import { join } from 'node:path'

const NAME = 'libpg-query'
/** A longer text is not parsed: parsing cannot be interrupted, and takes milliseconds for a text of this length. */
export const MAX_STATEMENT_CHARS = 8_192

/** What is used of the optional module. */
interface GrammarModule {
  loadModule(): Promise<void>
  parseSync(text: string): unknown
}

/** A node of the parse tree, or a part of one. */
export type Tree = Readonly<Record<string, unknown>>

/** Postgres's own grammar, compiled to WebAssembly. */
export interface Grammar {
  /** The statements of a text; undefined for one that Postgres's grammar refuses, or that is too long. */
  statements(text: string): readonly Tree[] | undefined
}

/**
 * Loads `libpg-query`, which the application has installed or not. Undefined where it is missing or does not load: then no
 * statement is known to read only, and index advice is read from plans alone.
 */
export async function loadGrammar(): Promise<Grammar | undefined> {
  for (const from of [import.meta.url, join(process.cwd(), 'index.js')]) {
    try {
      // Not `createRequire`, which the first line of many bundles of ES modules declares.
      const module = Module.createRequire(from)(NAME) as GrammarModule
      await module.loadModule()
      return grammarOf(module)
    } catch {
      // It is optional. In a bundle of CommonJS there is no `import.meta.url` either.
    }
  }
  return undefined
}

function grammarOf(module: GrammarModule): Grammar {
  let isBroken = false
  return {
    statements(text) {
      // The parser reads a C string: it would not see what comes behind a NUL.
      if (isBroken || text.length > MAX_STATEMENT_CHARS || text.includes('\0')) return undefined
      try {
        const { stmts } = module.parseSync(text) as { readonly stmts?: readonly { readonly stmt?: Tree }[] }
        return stmts?.map(({ stmt }) => stmt ?? {})
      } catch (error) {
        // What is no answer of the parser came from its machine, which may be left in any state.
        if (!isAnswer(error)) isBroken = true
        return undefined
      }
    },
  }
}

/** An error of the parser about the text: a class of its own, or a plain one. */
function isAnswer(error: unknown): boolean {
  const name: unknown = (error as { readonly name?: unknown } | null)?.name
  return name === 'SqlError' || name === 'Error'
}
