import type { MetricDefinition } from '@homeostat/semconv'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'

export const exporter: OTLPMetricExporter = new OTLPMetricExporter()

export const meterProvider: MeterProvider = new MeterProvider()

export const mailsSent: MetricDefinition = {
  name: 'mails.sent',
  kind: 'counter',
  unit: '{mail}',
  description: 'Mails that were sent',
  attributes: [],
}

/** A library that sends mails. */
export interface Mailer {
  readonly Transport: { prototype: { send(mail: string): void } }
}
