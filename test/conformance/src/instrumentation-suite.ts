import { metrics } from '@opentelemetry/api'
import { metrics as definitions, type MetricDefinition } from '@homeostat/semconv'
import {
  DELTA,
  type ScopeMetrics,
  type SignalInstrumentation,
  type SignalInstrumentationConfig,
} from '@homeostat/signals'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchTimers } from './live-timers.ts'
import { attributesKey, isCounted, pointsOf, totalsOf } from './totals.ts'
import { tracesNow } from './traces.ts'

type AnyInstrumentation = SignalInstrumentation<SignalInstrumentationConfig>

/** One instrumentation and what its tests need to know of it. */
export interface InstrumentationSubject<I extends AnyInstrumentation = AnyInstrumentation> {
  /** A fresh one, not enabled. */
  create(): I | Promise<I>
  /** Makes the application do what is measured. Called several times, also while the instrumentation is off. */
  exercise(instrumentation: I): Promise<void>
  /** What is exported after it: every one of these, and nothing but these and `homeostat.errors`. */
  readonly metrics: readonly MetricDefinition[]
  /** More that may be exported, e.g. what depends on the machine. */
  readonly optional?: readonly MetricDefinition[]
  /** Diagnostics channels it subscribes to, by their full names, e.g. `tracing:ioredis:connect:start`. */
  readonly channels?: readonly string[]
  /** The methods it patches, as they are now, e.g. `() => [Client.prototype.query]`. */
  patched?(): readonly unknown[]
  /** Ends what `exercise` holds on to for this instrumentation. */
  close?(instrumentation: I): Promise<void> | void
}

/** What every instrumentation must hold. Call it at the top level of a test file or inside a `describe`. */
export function describeInstrumentation<I extends AnyInstrumentation>(
  name: string,
  subject: InstrumentationSubject<I>,
): void {
  const traces = () => tracesNow(subject.channels ?? [], () => subject.patched?.() ?? [])
  const required = subject.metrics.map(metric => metric.name)
  const known = new Map(
    [...subject.metrics, ...(subject.optional ?? []), definitions.errors].map(metric => [metric.name, metric]),
  )
  const counts = subject.metrics.some(metric => metric.kind === 'counter' || metric.kind === 'histogram')

  describe(`${name}, as every instrumentation`, () => {
    let instrumentation: I

    beforeEach(async () => {
      instrumentation = await subject.create()
    })
    afterEach(async () => {
      instrumentation.disable()
      await subject.close?.(instrumentation)
    })

    const exercised = async (): Promise<ScopeMetrics> => {
      await subject.exercise(instrumentation)
      return instrumentation.registry.collect()
    }

    it('measures nothing until it is enabled', async () => {
      const before = traces()
      expect(instrumentation.getConfig().enabled).toBe(false)
      const collected = await exercised()
      expect(totalsOf([collected])).toEqual({})
      expect(collected.metrics.filter(metric => !isCounted(metric))).toEqual([])
      expect(traces()).toEqual(before)
    })

    it('is enabled by registering it, whether the SDK comes before or after', async () => {
      // What registerInstrumentations of both SDK lines does.
      instrumentation.setMeterProvider(metrics.getMeterProvider())
      if (!instrumentation.getConfig().enabled) instrumentation.enable()
      expect(instrumentation.getConfig().enabled).toBe(true)
      expect(namesOf(await exercised())).toEqual(expect.arrayContaining(required))
    })

    it('exports each metric of its list with the defined kind, unit and attributes, and none besides', async () => {
      instrumentation.enable()
      const collected = await exercised()
      expect(namesOf(collected)).toEqual(expect.arrayContaining(required))
      for (const { metric, attributes, value } of pointsOf(collected)) {
        const definition = known.get(metric.descriptor.name)
        expect(definition, `${metric.descriptor.name} is not among the metrics of ${name}`).toBeDefined()
        expect({ name: metric.descriptor.name, kind: kindOf(metric), unit: metric.descriptor.unit }).toEqual({
          name: definition?.name,
          kind: definition?.kind,
          unit: definition?.unit,
        })
        expect([...(definition?.attributes ?? []), 'otel.metric.overflow']).toEqual(
          expect.arrayContaining(Object.keys(attributes)),
        )
        expect(value).toSatisfy(Number.isFinite)
      }
      expect(namesOf(collected), 'a failure was contained').not.toContain(definitions.errors.name)
    })

    it('enabled twice measures once, and disabled twice it leaves no timer, listener or patch', async () => {
      const before = traces()
      using timers = watchTimers()
      timers.during(() => instrumentation.enable())
      const enabled = traces()
      timers.during(() => instrumentation.enable())
      expect(traces()).toEqual(enabled)
      await exercised()
      instrumentation.disable()
      expect(instrumentation.getConfig().enabled).toBe(false)
      instrumentation.disable()
      expect(traces()).toEqual(before)
      expect(await timers.count()).toBe(0)
    })

    it('counts nothing once it is disabled, and shows no level that nobody watches any more', async () => {
      instrumentation.enable()
      await exercised()
      instrumentation.disable()
      const before = instrumentation.registry.collect()
      expect(before.metrics.filter(metric => !isCounted(metric))).toEqual([])
      expect(totalsOf([await exercised()])).toEqual(totalsOf([before]))
    })

    it('works again after it was disabled', async () => {
      instrumentation.enable()
      await exercised()
      instrumentation.disable()
      const before = totalsOf([instrumentation.registry.collect()])
      instrumentation.enable()
      const after = await exercised()
      expect(namesOf(after)).toEqual(expect.arrayContaining(required))
      if (counts) expect(totalsOf([after])).not.toEqual(before)
    })

    it('tells every reader the same, however often each one looks', async () => {
      const { registry } = instrumentation
      const [often, seldom, cumulative] = [deltaReader, deltaReader, undefined].map(reader => registry.producer(reader))
      instrumentation.enable()
      const deltas: ScopeMetrics[] = [often!.read()]
      for (let i = 0; i < 3; i++) {
        await subject.exercise(instrumentation)
        deltas.push(often!.read(), often!.read())
      }
      // From here on nothing moves, so that all readers look at the same moment.
      instrumentation.disable()
      deltas.push(often!.read())
      const total = totalsOf([cumulative!.read()])
      expect(totalsOf(deltas)).toEqual(total)
      expect(totalsOf([seldom!.read()])).toEqual(total)
      expect(totalsOf([cumulative!.read()])).toEqual(total)
    })

    it('exports the same names, units, kinds and values through a Meter', async () => {
      const reader = new PlainReader()
      const provider = new MeterProvider({ readers: [reader] })
      instrumentation.setMeterProvider(provider)
      instrumentation.enable()
      await exercised()
      const { metrics: own } = instrumentation.registry.collect()
      expect((await reader.scope(instrumentation)).metrics.map(shapeOf).toSorted()).toEqual(own.map(shapeOf).toSorted())
      instrumentation.disable()
      const counted = totalsOf([await reader.scope(instrumentation)])
      expect(counted).toEqual(totalsOf([instrumentation.registry.collect()]))
      await provider.shutdown()
    })

    it('survives a failure of its own, and says so in homeostat.errors', async () => {
      const producer = instrumentation.registry.producer()
      instrumentation.enable()
      instrumentation.registry.observe(() => {
        throw new RangeError('planted')
      })
      await subject.exercise(instrumentation)
      producer.read()
      const collected = producer.read()
      expect(namesOf(collected)).toEqual(expect.arrayContaining([...required, definitions.errors.name]))
      const error = pointsOf(collected).find(point => point.metric.descriptor.name === definitions.errors.name)
      expect(error?.attributes).toEqual({ 'homeostat.component': 'signal', 'error.type': 'RangeError' })
    })
  })
}

const deltaReader = { selectAggregationTemporality: () => DELTA }

class PlainReader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }

  async scope(instrumentation: AnyInstrumentation): Promise<ScopeMetrics> {
    const { resourceMetrics } = await this.collect()
    const found = resourceMetrics.scopeMetrics.find(({ scope }) => scope.name === instrumentation.instrumentationName)
    return (found ?? { scope: { name: instrumentation.instrumentationName }, metrics: [] }) as ScopeMetrics
  }
}

function namesOf({ metrics: list }: ScopeMetrics): string[] {
  return list.map(metric => metric.descriptor.name)
}

function kindOf(metric: ScopeMetrics['metrics'][number]): MetricDefinition['kind'] {
  if (metric.dataPointType === 0) return 'histogram'
  if (metric.dataPointType === 2) return 'gauge'
  return metric.isMonotonic ? 'counter' : 'upDownCounter'
}

function shapeOf(metric: ScopeMetrics['metrics'][number]): string {
  const { name: metricName, unit, description } = metric.descriptor
  const series = metric.dataPoints.map(point => attributesKey(point.attributes)).toSorted()
  return [metricName, unit, description, kindOf(metric), ...series].join('\n')
}
