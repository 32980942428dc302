import { attributes, promName, upstreamMetrics } from '@homeostat/semconv'

const SERVER = promName(attributes.serverAddress)
const REQUESTS = promName(upstreamMetrics.httpClientRequestDuration)

/**
 * PromQL of the 95th percentile of the durations of calls to each other service, in seconds. Foreign series arrive with the
 * application's export, each minute by default: five minutes hold several of them.
 */
export const serviceP95: string = `histogram_quantile(0.95, sum by (${SERVER}, le) (rate(${REQUESTS}_bucket[5m])))`
