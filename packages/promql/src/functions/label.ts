import { EvaluationError } from '../words/errors.ts'
import { DerivedLabels, Frame, UniqueLabels } from '../plans/frame.ts'
import { type Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import type { VectorPlan } from '../plans/plan.ts'
import { compileRegexp } from '../regexp/pattern.ts'
import { BoundedText, expandReplacement } from '../regexp/replacement.ts'
import { isValidUtf8, quote } from '../syntax/string.ts'
import type { CallSite, FunctionDefinition } from './definition.ts'

/** Label sets changed between two rests: a pattern may take a hundred microseconds for one. */
const RELABELLED_OF_STEP = 8

/** The same samples under changed labels; each label set is changed once and remembered. */
function relabel(input: VectorPlan, change: (labels: Labels) => Labels): VectorPlan {
  const changed = new DerivedLabels(change)
  const frame = new Frame()
  const unique = new UniqueLabels()
  return {
    type: 'instant vector',
    *evaluate(context) {
      const vector = yield* input.evaluate(context)
      changed.trim(vector.length)
      frame.clear()
      for (let i = 0; i < vector.length; i++) {
        const labels = vector.labels[i]
        if (labels !== undefined) frame.push(changed.get(labels), vector.values[i] ?? NaN)
        if (i % RELABELLED_OF_STEP === RELABELLED_OF_STEP - 1) yield
      }
      return yield* unique.check(frame)
    },
  }
}

function labelName(call: CallSite, index: number, role: 'destination' | 'source'): string {
  const name = call.string(index)
  if (name === '' || !isValidUtf8(name))
    throw new EvaluationError(`invalid ${role} label name in ${call.expr.name}(): ${quote(name).slice(1, -1)}`)
  return underscoreLabel(name)
}

const labelReplace: FunctionDefinition = {
  name: 'label_replace',
  args: ['instant vector', 'string', 'string', 'string', 'string'],
  returns: 'instant vector',
  plan(call) {
    const destination = labelName(call, 1, 'destination')
    const replacement = call.string(2)
    const source = underscoreLabel(call.string(3))
    const pattern = compilePattern(call.string(4))
    return relabel(call.vector(0), labels => {
      const match = pattern.match(labels.get(source))
      return match === undefined
        ? labels
        : labels.with(destination, expandReplacement(replacement, match, pattern.groupNames))
    })
  },
}

function compilePattern(text: string): ReturnType<typeof compileRegexp> {
  try {
    const pattern = compileRegexp(text)
    pattern.checkGroups()
    return pattern
  } catch (cause) {
    throw new EvaluationError(`invalid regular expression in label_replace(): ${text}`, { cause })
  }
}

const labelJoin: FunctionDefinition = {
  name: 'label_join',
  args: ['instant vector', 'string', 'string', 'string'],
  optional: 1,
  variadic: true,
  returns: 'instant vector',
  plan(call) {
    const destination = labelName(call, 1, 'destination')
    const separator = call.string(2)
    const sources = Array.from({ length: call.arity - 3 }, (_, i) => labelName(call, i + 3, 'source'))
    return relabel(call.vector(0), labels => {
      const value = new BoundedText()
      sources.forEach((source, i) => {
        if (i > 0) value.add(separator)
        value.add(labels.get(source))
      })
      return labels.with(destination, value.text)
    })
  },
}

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#label_replace */
export const labelFunctions: readonly FunctionDefinition[] = [labelReplace, labelJoin]
