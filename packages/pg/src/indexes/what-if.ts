import { causeOf, isRefusal } from '../actions/problem.ts'
import type { CostWith } from './evaluation.ts'
import { explain, type Explained } from './explain.ts'
import {
  findsContained,
  hypotheticalIndexStatements,
  isOfExpression,
  type IndexDefinition,
} from './index-definition.ts'
import { usesIndex } from './plan.ts'
import { attempt, type Server } from './server.ts'

/** A plan is asked for dozens of indexes, each of which is made for a table and all of its heirs. */
const MOST_TABLES = 32

/**
 * Asks the planner with the extension hypopg, where it is installed: a hypothetical index lives in our session only,
 * takes no lock and no space. Source: https://hypopg.readthedocs.io
 */
export class WhatIf {
  readonly #server: Server
  readonly #schema: string

  private constructor(server: Server, schema: string) {
    this.#server = server
    this.#schema = schema
  }

  /** The planner with the extension, or why it cannot be asked. */
  static async of(server: Server): Promise<{ readonly whatIf?: WhatIf; readonly lacks: string | undefined }> {
    const text =
      "SELECT pg_catalog.quote_ident(n.nspname) AS name FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg'"
    const [row] = await server.query(text)
    if (row === undefined) return { lacks: 'hypopg is not installed' }
    const schema = String(row['name'])
    try {
      // A schema or a function may be kept from this user, and a server that was started without the library refuses each call.
      await attempt(server, async () => {
        await server.query(`SELECT ${schema}.hypopg_create_index('CREATE INDEX ON pg_catalog.pg_class (relpages)')`)
        await server.query(`SELECT ${schema}.hypopg_reset()`)
      })
    } catch (error) {
      if (!isRefusal(error)) throw error
      return { lacks: `this user may not use hypopg (${causeOf(error).code})` }
    }
    return { whatIf: new WhatIf(server, schema), lacks: undefined }
  }

  /** Why the extension cannot be asked about an index; undefined where it can. */
  static lackFor(this: void, definition: IndexDefinition): string | undefined {
    if (findsContained(definition)) return `hypopg does not know ${definition.method}`
    const tables = hypotheticalIndexStatements(definition).length
    return tables > MOST_TABLES ? `hypopg would need an index for each of ${tables} tables` : undefined
  }

  /**
   * Whether what the planner says with it rests on something: it has no statistics of an expression, and hypopg 1.3 offers an index on one for
   * the first table of a statement only.
   */
  static judges(this: void, definition: IndexDefinition): boolean {
    return WhatIf.lackFor(definition) === undefined && !isOfExpression(definition)
  }

  /** What the plan of a statement costs with these indexes, and which of them it uses; undefined where that cannot be asked. */
  costWith(statement: Explained, indexes: readonly IndexDefinition[]): Promise<CostWith | undefined> {
    return this.#with(indexes, async names => {
      const plan = await explain(this.#server, statement)
      if (plan === undefined) return undefined
      const used = indexes.filter((_, at) => usesIndex(plan, name => names[at]!.includes(name)))
      return { cost: plan['Total Cost'], used }
    })
  }

  async #with<T>(
    indexes: readonly IndexDefinition[],
    work: (names: readonly (readonly string[])[]) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await attempt(this.#server, async () => {
        const names: string[][] = []
        const create = `SELECT indexname::text AS name FROM ${this.#schema}.hypopg_create_index($1)`
        for (const index of indexes) {
          const own: string[] = []
          for (const statement of hypotheticalIndexStatements(index))
            own.push(...(await this.#server.query(create, [statement])).map(({ name }) => String(name)))
          names.push(own)
        }
        return await work(names)
      })
    } catch {
      // An index that cannot be made, or a tool of our session's own that failed.
      return undefined
    } finally {
      await this.#server.query(`SELECT ${this.#schema}.hypopg_reset()`)
    }
  }
}
