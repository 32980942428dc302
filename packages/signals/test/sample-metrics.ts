import type { MetricDefinition } from '@homeostat/semconv'

export const orders: MetricDefinition = {
  name: 'sample.orders',
  kind: 'counter',
  unit: '{order}',
  description: 'Orders by shop',
  attributes: ['shop'],
}

export const stock: MetricDefinition = {
  name: 'sample.stock',
  kind: 'gauge',
  unit: '{piece}',
  description: 'Pieces in stock',
  attributes: ['shop'],
}

export const connections: MetricDefinition = {
  name: 'sample.connections',
  kind: 'upDownCounter',
  unit: '{connection}',
  description: 'Open connections',
  attributes: ['shop'],
}

export const delivery: MetricDefinition = {
  name: 'sample.delivery.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Time to deliver',
  attributes: ['shop'],
  buckets: [1, 2, 5],
}
