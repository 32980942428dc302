export {
  partsOf,
  PrometheusClient,
  type LabelQuery,
  type RangeQuery,
  type RangeSeries,
} from './backtest/prometheus-client.ts'
export type { PrometheusConnectionOptions } from './backtest/prometheus-connection.ts'
export { PrometheusError, type PrometheusAnswered } from './backtest/prometheus-errors.ts'
