import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { IMetricReader, ViewOptions } from '@opentelemetry/sdk-metrics'
import { compile, createStore } from '@homeostat/promql'
import type { ScopeMetrics } from '@homeostat/signals'
import { Registry } from '@homeostat/signals'
import { Ingestion } from '../src/signals/ingestion.ts'
import { SnapshotReader } from '../src/signals/snapshot-reader.ts'

/** A reader of the real SDK with its provider, collected by hand. */
export class Collected {
  readonly reader: PeriodicExportingMetricReader
  readonly provider: MeterProvider

  constructor(temporality = AggregationTemporality.CUMULATIVE, views: ViewOptions[] = [], more: IMetricReader[] = []) {
    const exporter = new InMemoryMetricExporter(temporality)
    this.reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    this.provider = new MeterProvider({ readers: [this.reader, ...more], views })
  }

  async scopes(reader: IMetricReader = this.reader): Promise<ScopeMetrics[]> {
    return (await reader.collect()).resourceMetrics.scopeMetrics as ScopeMetrics[]
  }
}

/** Real collections, dated ten seconds apart, in a store. */
export class Walk {
  now = Date.now() + 1000
  readonly registry = new Registry({ scope: { name: 'ours' } })
  readonly reader = new SnapshotReader([this.registry])
  readonly store = createStore()
  readonly ingestion = new Ingestion(this.store, this.registry.faults)

  constructor(...exprs: string[]) {
    for (const expr of exprs) compile(expr).bind(this.store)
  }

  async collect(...from: Collected[]): Promise<void> {
    this.now += 10_000
    for (const { reader, provider } of from)
      this.reader.offer(reader, await new Collected().scopes(reader), this.now, provider)
    this.ingestion.append(this.reader.collect(this.now))
  }

  ask(expr: string): Record<string, number> {
    const value = compile(expr).evaluate(this.store, this.now)
    if (value.type !== 'vector') throw new Error(`${expr} gives a ${value.type}`)
    return Object.fromEntries(value.samples.map(sample => [sample.labels.toString(), sample.value]))
  }

  one(expr: string): number | undefined {
    return Object.values(this.ask(expr))[0]
  }
}
