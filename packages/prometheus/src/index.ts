export {
  labelsKey,
  partsOf,
  PrometheusClient,
  type LabelQuery,
  type RangeQuery,
  type RangeSeries,
} from './prometheus-client.ts'
export type { PrometheusConnectionOptions } from './prometheus-connection.ts'
export { PrometheusError, type PrometheusAnswered } from './prometheus-errors.ts'
