import type { CompiledExpressions } from '@homeostat/promql'
import { compile, parseDuration } from '@homeostat/promql'
import type { OptionNotes, OptionSchema } from '@homeostat/signals/options'
import { shownValue, text, withCheck } from '@homeostat/signals/options'

/** Longest reason of a parser in one line; it quotes the expression. */
const LONGEST_REASON = 200

/** What compiles an expression, or throws: `compile` itself, or what remembers what it has compiled. */
export type Compiler = Pick<CompiledExpressions, 'compile'>

/** Compiles an expression each time. */
export const PLAIN_COMPILER: Compiler = { compile }

/** A PromQL expression of numbers: what a response compares, guards and waits for. */
export function promqlOfNumbers(compiler: Compiler, notes: OptionNotes): OptionSchema<string> {
  return withCheck(text({ expected: 'PromQL of a number', ...notes }), expr => {
    try {
      const { type } = compiler.compile(expr)
      return type === 'instant vector' || type === 'scalar'
        ? undefined
        : `must be a vector or a scalar, but is a ${type}`
    } catch (error) {
      const [reason = ''] = (error instanceof Error ? error.message : '').split('\n', 1)
      return `cannot be read as PromQL: ${reason.slice(0, LONGEST_REASON)}`
    }
  })
}

/** A Prometheus duration, e.g. `5m`. */
export function duration(notes: OptionNotes): OptionSchema<string> {
  const expected = 'a Prometheus duration, e.g. "30s"'
  return withCheck(text({ expected, ...notes }), value =>
    parseDuration(value) === undefined ? `is ${shownValue(value)}, but must be ${expected}` : undefined,
  )
}
