import type { CompileOptions, Expression } from './expression.ts'
import { compile } from './expression.ts'

/** An expression, or what is wrong with it. */
type Compiled = { readonly expression: Expression } | { readonly error: unknown }

/**
 * Compiled expressions by their text, so that rules that are checked, explained and loaded are parsed once. The expressions are
 * shared: use {@link Expression.bindApart} to bind one that is disposed of later.
 *
 * @example
 * ```ts
 * const expressions = new CompiledExpressions()
 * const { type } = expressions.compile('up > 0')
 * const rules = createRules([{ alert: 'Up', expr: 'up > 0' }], store, { expressions })
 * ```
 */
export class CompiledExpressions {
  readonly #compiled = new Map<string, Compiled>()
  readonly #experimental = new Map<string, Compiled>()
  #earlier: CompiledExpressions | undefined

  /** @param earlier - the expressions of the rules that are replaced, most of which stay the same */
  constructor(earlier?: CompiledExpressions) {
    this.#earlier = earlier
  }

  /**
   * {@link compile}, once for each text.
   *
   * @throws the same error again for an expression that is not valid
   */
  compile(source: string, { experimental = false }: CompileOptions = {}): Expression {
    const compiled = this.#of(source, experimental)
    if ('error' in compiled) throw compiled.error
    return compiled.expression
  }

  /** Forgets the earlier expressions; the ones in use stay. */
  settle(): void {
    this.#earlier = undefined
  }

  #of(source: string, experimental: boolean): Compiled {
    const compiled = experimental ? this.#experimental : this.#compiled
    let known = compiled.get(source)
    if (known === undefined) {
      const earlier = this.#earlier === undefined ? undefined : valid(this.#earlier.#compiled.get(source))
      // An expression that is valid without experimental functions is valid with them.
      known = valid(this.#compiled.get(source)) ?? earlier ?? attempt(source, experimental)
      compiled.set(source, known)
    }
    return known
  }
}

function valid(known: Compiled | undefined): Compiled | undefined {
  return known !== undefined && 'expression' in known ? known : undefined
}

function attempt(source: string, experimental: boolean): Compiled {
  try {
    return { expression: compile(source, { experimental }) }
  } catch (error) {
    return { error }
  }
}
