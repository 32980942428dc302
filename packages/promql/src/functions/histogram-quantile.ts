import { forMetric } from '../words/annotation.ts'
import { formatOpenMetrics } from '../numbers/float-format.ts'
import { DerivedLabels, Frame, UniqueLabels } from '../plans/frame.ts'
import { LabelGroups } from '../plans/label-groups.ts'
import { BUCKET_BOUND, METRIC_NAME, type Labels } from '../words/labels.ts'
import { isValidUtf8, quote } from '../syntax/string.ts'
import { EvaluationError } from '../words/errors.ts'
import type { EvaluationContext, VectorPlan } from '../plans/plan.ts'
import { LABELS_OF_STEP, type Steps } from '../words/steps.ts'
import { bucketFraction, bucketQuantile, type Bucket } from './bucket.ts'
import { placeOfArgument, type CallSite, type FunctionDefinition } from './definition.ts'
import { quantileWarning } from '../numbers/quantile.ts'

/** One classic histogram, gathered from its `le` series; the objects are used again at the next evaluation. */
interface ClassicHistogram {
  readonly labels: Labels
  readonly metric: string
  readonly buckets: Bucket[]
  round: number
}

function parseBound(text: string): number | undefined {
  if (/^[+]?inf$/i.test(text)) return Infinity
  if (/^-inf$/i.test(text)) return -Infinity
  const bound = text.trim() === '' ? NaN : Number(text)
  return Number.isNaN(bound) ? undefined : bound
}

/** Gathers an instant vector's buckets into histograms; samples without a usable `le` are left out with a warning. */
function gatherer(
  call: CallSite,
  vectorAt: number,
): (context: EvaluationContext) => Steps<readonly ClassicHistogram[]> {
  const input = call.vector(vectorAt)
  const place = placeOfArgument(call, vectorAt)
  const bounds = new DerivedLabels(labels => parseBound(labels.get(BUCKET_BOUND)) ?? NaN)
  const histograms = new LabelGroups<ClassicHistogram>(
    labels => labels.drop([BUCKET_BOUND]),
    group => ({ labels: group.losingName, metric: group.get(METRIC_NAME), buckets: [], round: 0 }),
  )
  const live: ClassicHistogram[] = []
  const pool: Bucket[] = []
  let round = 0
  return function* (context) {
    const vector = yield* input.evaluate(context)
    bounds.trim(vector.length)
    histograms.trim(vector.length)
    live.length = 0
    round += 1
    for (let i = 0; i < vector.length; i++) {
      if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
      const labels = vector.labels[i]
      if (labels === undefined) continue
      const bound = bounds.get(labels)
      if (Number.isNaN(bound)) {
        const value = JSON.stringify(labels.get(BUCKET_BOUND))
        const text = `bucket label "le" is missing or has a malformed value of ${value}${forMetric(labels.get(METRIC_NAME))}`
        context.annotations.add('warning', text + place)
        continue
      }
      const histogram = histograms.get(labels)
      if (histogram.round !== round) {
        histogram.round = round
        histogram.buckets.length = 0
        live.push(histogram)
      }
      const bucket = (pool[i] ??= { bound, count: 0 })
      bucket.bound = bound
      bucket.count = vector.values[i] ?? NaN
      histogram.buckets.push(bucket)
    }
    return live
  }
}

function perHistogram(
  call: CallSite,
  vectorAt: number,
  emit: (frame: Frame, histogram: ClassicHistogram, context: EvaluationContext) => void,
  before: (context: EvaluationContext) => Steps<void>,
): VectorPlan {
  const gather = gatherer(call, vectorAt)
  const frame = new Frame()
  const unique = new UniqueLabels()
  return {
    type: 'instant vector',
    *evaluate(context) {
      frame.clear()
      yield* before(context)
      let emitted = 0
      for (const histogram of yield* gather(context)) {
        emit(frame, histogram, context)
        if (++emitted % LABELS_OF_STEP === 0) yield
      }
      return yield* unique.check(frame)
    },
  }
}

function quantileOf(q: number, histogram: ClassicHistogram, place: string, context: EvaluationContext): number {
  return bucketQuantile(q, histogram.buckets, () => {
    const see = 'see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile'
    const text = `input to histogram_quantile needed to be fixed for monotonicity (${see})${forMetric(histogram.metric)}`
    context.annotations.add('info', text + place)
  })
}

const histogramQuantile: FunctionDefinition = {
  name: 'histogram_quantile',
  args: ['scalar', 'instant vector'],
  returns: 'instant vector',
  plan(call) {
    const q = call.scalar(0)
    const place = placeOfArgument(call, 0)
    const vectorPlace = placeOfArgument(call, 1)
    let wanted = NaN
    return perHistogram(
      call,
      1,
      (frame, histogram, context) => frame.push(histogram.labels, quantileOf(wanted, histogram, vectorPlace, context)),
      function* (context) {
        wanted = yield* q.evaluate(context)
        const warning = quantileWarning(wanted)
        if (warning !== undefined) context.annotations.add('warning', warning + place)
      },
    )
  },
}

const histogramQuantiles: FunctionDefinition = {
  name: 'histogram_quantiles',
  args: ['instant vector', 'string', 'scalar'],
  variadic: true,
  experimental: true,
  returns: 'instant vector',
  plan(call) {
    const label = call.string(1)
    if (label === '' || !isValidUtf8(label)) throw new EvaluationError(`invalid label name ${quote(label)}`)
    const wanted = Array.from({ length: call.arity - 2 }, (_, i) => ({
      q: call.scalar(i + 2),
      place: placeOfArgument(call, i + 2),
      value: NaN,
    }))
    const vectorPlace = placeOfArgument(call, 0)
    return perHistogram(
      call,
      0,
      (frame, histogram, context) => {
        for (const { value } of wanted) {
          frame.push(
            histogram.labels.with(label, formatOpenMetrics(value)),
            quantileOf(value, histogram, vectorPlace, context),
          )
        }
      },
      function* (context) {
        for (const each of wanted) {
          each.value = yield* each.q.evaluate(context)
          const warning = quantileWarning(each.value)
          if (warning !== undefined) context.annotations.add('warning', warning + each.place)
        }
      },
    )
  },
}

const histogramFraction: FunctionDefinition = {
  name: 'histogram_fraction',
  args: ['scalar', 'scalar', 'instant vector'],
  returns: 'instant vector',
  plan(call) {
    const lower = call.scalar(0)
    const upper = call.scalar(1)
    const between = { lower: NaN, upper: NaN }
    return perHistogram(
      call,
      2,
      (frame, { labels, buckets }) => frame.push(labels, bucketFraction(between.lower, between.upper, buckets)),
      function* (context) {
        between.lower = yield* lower.evaluate(context)
        between.upper = yield* upper.evaluate(context)
      },
    )
  },
}

export const histogramFunctions: readonly FunctionDefinition[] = [
  histogramQuantile,
  histogramQuantiles,
  histogramFraction,
]
