import { attributes, metrics, promForeignScope, promName, promScope } from '@homeostat/semconv'

const SERVER = promName(attributes.serverAddress)
const REQUESTS = promName(metrics.httpClientRequestDuration)

const p95 = (scope: string): string =>
  `histogram_quantile(0.95, sum by (${SERVER}, le) (rate(${REQUESTS}_bucket{${scope}}[5m])))`

/**
 * PromQL of the 95th percentile of the durations of calls to each other service, in seconds: as `@homeostat/http` measures them, else as
 * another instrumentation does. Foreign series arrive with the application's export, each minute by default: five minutes hold several
 * of them.
 */
export const serviceP95: string = `${p95(promScope('@homeostat/http'))} or ${p95(promForeignScope('@homeostat/http'))}`
