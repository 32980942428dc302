import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import { homeostat } from 'homeostat'
import { expect, test } from 'vitest'
import { GrpcReceiver, metricsIn, type OtlpRequest, OtlpReceiver, pointsOf } from '../src/index.ts'

const DELTA = 1
const CUMULATIVE = 2

/** What an application with this exporter sends in two exports, one second apart: its own counter and the metrics of Homeostat. */
async function sent(
  exporterTo: (endpoint: string, temporalityPreference: AggregationTemporality) => PushMetricExporter,
  receiver: { readonly endpoint: string; readonly accepted: readonly OtlpRequest[] },
  temporality: AggregationTemporality,
): Promise<readonly OtlpRequest[]> {
  const h = homeostat({ autoStart: false, log: false })
  const reader = h.attach(
    new PeriodicExportingMetricReader({
      exporter: exporterTo(receiver.endpoint, temporality),
      exportIntervalMillis: 3_600_000,
    }),
  )
  const provider = new MeterProvider({ readers: [reader] })
  for (const instrumentation of h.instrumentations) instrumentation.enable()
  const orders = provider.getMeter('app').createCounter('app.orders')
  try {
    for (let round = 0; round < 2; round++) {
      orders.add(3, { 'app.kind': 'book' })
      h.optimizer.tick()
      await provider.forceFlush()
    }
  } finally {
    await h.stop()
    await provider.shutdown()
  }
  // The last export happens at the shutdown.
  return receiver.accepted.slice(0, 2)
}

const protobuf = (url: string, temporalityPreference: AggregationTemporality): PushMetricExporter =>
  new ProtobufExporter({ url: `${url}/v1/metrics`, temporalityPreference })
const json = (url: string, temporalityPreference: AggregationTemporality): PushMetricExporter =>
  new JsonExporter({ url: `${url}/v1/metrics`, temporalityPreference })
const grpc = (url: string, temporalityPreference: AggregationTemporality): PushMetricExporter =>
  new GrpcExporter({ url, temporalityPreference })

test.each([
  ['protobuf', protobuf, OtlpReceiver],
  ['JSON', json, OtlpReceiver],
  ['gRPC', grpc, GrpcReceiver],
] as const)(
  'a receiver decodes what the official exporter sends as %s, with delta and with cumulative values',
  async (_, exporterTo, Receiver) => {
    for (const [temporality, expected] of [
      [AggregationTemporality.DELTA, DELTA],
      [AggregationTemporality.CUMULATIVE, CUMULATIVE],
    ] as const) {
      await using receiver = await Receiver.start()
      const requests = await sent(exporterTo, receiver, temporality)
      expect(requests).toHaveLength(2)

      // The application's own counter is as it would be without Homeostat.
      const values = metricsIn(requests, 'app.orders').flatMap(metric => pointsOf(metric).map(valueOf))
      expect(values).toEqual(temporality === AggregationTemporality.DELTA ? [3, 3] : [3, 6])

      // Ours have the temporality that the exporter asks for: the ticks of the loop are one a round.
      const ticks = metricsIn(requests, 'homeostat.heartbeat')
      expect(ticks.map(({ sum }) => sum?.aggregationTemporality)).toEqual([expected, expected])
      expect(ticks.flatMap(metric => pointsOf(metric).map(valueOf))).toEqual(
        temporality === AggregationTemporality.DELTA ? [1, 1] : [1, 2],
      )
      const [durations] = metricsIn(requests, 'homeostat.tick.duration')
      expect(durations?.histogram?.aggregationTemporality).toBe(expected)
      for (const { bucketCounts = [], explicitBounds = [], count } of pointsOf(durations!)) {
        expect(bucketCounts).toHaveLength(explicitBounds.length + 1)
        expect(bucketCounts.reduce((sum, each) => sum + Number(each), 0)).toBe(Number(count))
      }
      // A level has no temporality.
      const [heap] = metricsIn(requests, 'homeostat.memory.utilization')
      expect(heap?.gauge?.dataPoints.length).toBeGreaterThan(0)
    }
  },
)

function valueOf({ asInt, asDouble }: { readonly asInt?: string; readonly asDouble?: number }): number {
  return Number(asInt ?? asDouble)
}
