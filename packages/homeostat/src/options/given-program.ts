import type { Steps } from '@homeostat/signals'
import type { Response } from '@homeostat/optimizer'
import { responseSchemasWith, ruleSourceSchema } from '@homeostat/optimizer/schemas'
import { CompiledExpressions } from '@homeostat/promql'
import type { RuleSource } from '@homeostat/promql'
import type { OptionProblem, OptionSchema } from '@homeostat/signals/options'
import { hasMoreThan, listOf, readInSteps } from '@homeostat/signals/options'

const notes = { description: 'a list', defaultWords: 'none' }
const RULES: OptionSchema<readonly RuleSource[]> = listOf(ruleSourceSchema, notes)

/** The rules and responses of the application itself. */
export interface OwnProgram {
  readonly rules: readonly RuleSource[]
  readonly responses: readonly Response[]
}

/**
 * The rules and responses of the options as they were given. Ten thousand of them take seconds to check, so it can be done in
 * slices, after `homeostat()` has returned.
 */
export class GivenProgram {
  /** Their expressions: those of responses are compiled to check them. */
  readonly expressions: CompiledExpressions = new CompiledExpressions()
  readonly #rules: unknown
  readonly #responses: unknown

  constructor(rules: unknown, responses: unknown) {
    this.#rules = rules
    this.#responses = responses
  }

  /** Whether there are more rules and responses, with all that is in them. Linear, and some milliseconds at most. */
  hasMoreThan(most: number): boolean {
    return hasMoreThan(most, [this.#rules, this.#responses])
  }

  /** Those that are valid, and what is wrong with the others. */
  *read(): Steps<OwnProgram & { readonly problems: readonly OptionProblem[] }> {
    const rules = yield* read(RULES, this.#rules, 'rules')
    const { response } = responseSchemasWith(this.expressions)
    const responses = yield* read(listOf(response, notes), this.#responses, 'responses')
    const problems = [...rules.problems, ...responses.problems]
    return { rules: rules.value ?? [], responses: responses.value ?? [], problems }
  }
}

function* read<T>(
  schema: OptionSchema<readonly T[]>,
  given: unknown,
  path: string,
): Steps<{ readonly value: readonly T[] | undefined; readonly problems: readonly OptionProblem[] }> {
  return given === undefined ? { value: [], problems: [] } : yield* readInSteps(schema, given, { path })
}

/** For a process that has no rules. */
export const NO_PROGRAM: GivenProgram = new GivenProgram(undefined, undefined)
