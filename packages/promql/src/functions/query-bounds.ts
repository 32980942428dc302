import { wallSeconds, type EvaluationContext } from '../plans/plan.ts'
import type { FunctionDefinition } from './definition.ts'

function ofQuery(name: string, read: (context: EvaluationContext) => number): FunctionDefinition {
  return {
    name,
    args: [],
    returns: 'scalar',
    experimental: true,
    plan: () => ({
      type: 'scalar',
      // oxlint-disable-next-line require-yield -- there is nothing to do
      *evaluate(context) {
        return read(context)
      },
    }),
  }
}

/** Scalars about the query itself, in seconds; step and range are 0 for an instant query. */
export const queryFunctions: readonly FunctionDefinition[] = [
  ofQuery('step', context => (context.stepMs ?? 0) / 1000),
  ofQuery('range', context => (context.endMs - context.startMs) / 1000),
  ofQuery('start', context => wallSeconds(context, context.startMs)),
  ofQuery('end', context => wallSeconds(context, context.endMs)),
]
