import type { CompiledExpressions } from '@homeostat/promql'
import type { Steps } from '@homeostat/signals'
import { ResponseExpressionError } from './errors.ts'
import { expressionsOf } from '../words/response-expressions.ts'
import type { Response } from '../words/response.ts'

/** Responses that can be carried out as they are written, and what is wrong with the others. */
export interface ReadableResponses {
  readonly responses: readonly Response[]
  readonly rejected: readonly ResponseExpressionError[]
}

/** Leaves out responses with an expression that cannot be read: without its guard, an action would run unguarded. */
export function* readableResponses(
  given: readonly Response[],
  expressions: CompiledExpressions,
): Steps<ReadableResponses> {
  const rejected: ResponseExpressionError[] = []
  const responses: Response[] = []
  for (const response of given) {
    const error = firstError(response, expressions)
    if (error) rejected.push(error)
    else responses.push(response)
    yield
  }
  return { responses, rejected }
}

function firstError(response: Response, expressions: CompiledExpressions): ResponseExpressionError | undefined {
  for (const [where, expr] of expressionsOf(response)) {
    try {
      expressions.compile(expr)
    } catch (error) {
      return new ResponseExpressionError(response.to.alert, response.action, where, error)
    }
  }
  return undefined
}
