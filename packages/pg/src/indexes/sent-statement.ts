import type { Grammar, Tree } from '../grammar.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { functionWithEffects } from './effects.ts'
import { hidingName } from './hidden-names.ts'
import type { Server } from './server.ts'
import { namesInText, namesInTree } from './statement-names.ts'

/** A statement of the application, read where its names mean what they meant for the application. */
export interface SentStatement {
  /** Undefined without the grammar. */
  readonly tree: Tree | undefined
  /** The function because of which the statement is not explained. */
  readonly suspect: string | undefined
}

/** Takes the settings of the statement's session until the transaction ends, and reads what planning it may run. */
export async function readSent(
  server: Server,
  { text, settings }: Pick<SlowStatement, 'text' | 'settings'>,
  grammar: Grammar | undefined,
): Promise<SentStatement> {
  for (const [name, value] of Object.entries(settings))
    await server.query('SELECT pg_catalog.set_config($1, $2, true)', [name, value])
  const tree = grammar?.statements(text)?.[0]
  const names = tree === undefined ? namesInText(text) : namesInTree(tree)
  // First of all: the questions about functions are asked with the application's `search_path` as well.
  const suspect =
    (await hidingName(server)) ??
    (names === undefined ? 'whose name is written with escapes' : await functionWithEffects(server, names))
  return { tree, suspect }
}
