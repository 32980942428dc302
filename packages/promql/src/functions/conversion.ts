import { unwrapParens, type Expr } from '../words/ast.ts'
import { Frame } from '../plans/frame.ts'
import { EMPTY_LABELS, Labels, METRIC_NAME } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { ConstantPlan, wallSeconds, type RangeVisitor } from '../plans/plan.ts'
import { LABELS_OF_STEP } from '../words/steps.ts'
import type { FunctionDefinition } from './definition.ts'

const time: FunctionDefinition = {
  name: 'time',
  args: [],
  returns: 'scalar',
  plan: () => ({
    type: 'scalar',
    // oxlint-disable-next-line require-yield -- there is nothing to do
    *evaluate(context) {
      return wallSeconds(context, context.timeMs)
    },
  }),
}

const pi: FunctionDefinition = {
  name: 'pi',
  args: [],
  returns: 'scalar',
  plan: () => new ConstantPlan(Math.PI),
}

const vector: FunctionDefinition = {
  name: 'vector',
  args: ['scalar'],
  returns: 'instant vector',
  plan(call) {
    const input = call.scalar(0)
    const frame = new Frame()
    return {
      type: 'instant vector',
      *evaluate(context) {
        const value = yield* input.evaluate(context)
        frame.clear().push(EMPTY_LABELS, value)
        return frame
      },
    }
  },
}

/** The value of a vector's only sample, NaN when there is not exactly one. */
const scalar: FunctionDefinition = {
  name: 'scalar',
  args: ['instant vector'],
  returns: 'scalar',
  plan(call) {
    const input = call.vector(0)
    return {
      type: 'scalar',
      *evaluate(context) {
        const frame = yield* input.evaluate(context)
        return frame.length === 1 ? (frame.values[0] ?? NaN) : NaN
      },
    }
  },
}

/** The time of each sample itself when the argument is a selector, the evaluation time otherwise. */
const timestamp: FunctionDefinition = {
  name: 'timestamp',
  args: ['instant vector'],
  returns: 'instant vector',
  plan(call) {
    const input = call.vector(0)
    const argument = call.expr.args[0]
    const direct = argument !== undefined && unwrapParens(argument).kind === 'selector'
    const frame = new Frame()
    return {
      type: 'instant vector',
      *evaluate(context) {
        const samples = yield* input.evaluate(context)
        frame.clear()
        for (let i = 0; i < samples.length; i++) {
          const labels = samples.labels[i]
          const at = direct ? (samples.times[i] ?? NaN) : context.timeMs
          if (labels !== undefined) frame.push(labels.losingName, wallSeconds(context, at))
          if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
        }
        return frame
      },
    }
  },
}

/** The labels a missing series would have had: those its selector fixes by exactly one equality. */
export function labelsOfAbsent(argument: Expr | undefined): Labels {
  const expr = argument === undefined ? undefined : unwrapParens(argument)
  const selector = expr?.kind === 'range' ? expr.selector : expr
  if (selector?.kind !== 'selector') return EMPTY_LABELS
  const fixed = new Map<string, string>()
  const contradicted = new Set<string>()
  for (const match of selector.matches) {
    const label = underscoreLabel(match.label)
    if (label === METRIC_NAME) continue
    if (match.operator === '=' && !fixed.has(label) && !contradicted.has(label)) fixed.set(label, match.value)
    else {
      contradicted.add(label)
      fixed.delete(label)
    }
  }
  return Labels.from(fixed)
}

const absent: FunctionDefinition = {
  name: 'absent',
  args: ['instant vector'],
  returns: 'instant vector',
  plan(call) {
    const input = call.vector(0)
    const labels = labelsOfAbsent(call.expr.args[0])
    const frame = new Frame()
    return {
      type: 'instant vector',
      *evaluate(context) {
        const { length } = yield* input.evaluate(context)
        frame.clear()
        if (length === 0) frame.push(labels, 1)
        return frame
      },
    }
  },
}

const absentOverTime: FunctionDefinition = {
  name: 'absent_over_time',
  args: ['range vector'],
  returns: 'instant vector',
  plan(call) {
    const input = call.range(0)
    const labels = labelsOfAbsent(call.expr.args[0])
    const frame = new Frame()
    let present = false
    const visitor: RangeVisitor = {
      begin() {
        present = false
      },
      visit() {
        present = true
      },
    }
    return {
      type: 'instant vector',
      *evaluate(context) {
        present = false
        yield* input.each(context, visitor)
        frame.clear()
        if (!present) frame.push(labels, 1)
        return frame
      },
    }
  },
}

export const conversionFunctions: readonly FunctionDefinition[] = [
  time,
  pi,
  vector,
  scalar,
  timestamp,
  absent,
  absentOverTime,
]
