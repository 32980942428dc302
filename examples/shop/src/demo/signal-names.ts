import { percent } from './percent.ts'

/** How people read the value of an alert. */
export interface SignalName {
  readonly name: string
  readonly format: (value: number) => string
}

type Labels = Readonly<Record<string, string>>

const seconds = (value: number): string => `${value.toFixed(0)} s`
const milliseconds = (value: number): string => `${(value * 1000).toFixed(0)} ms`
const count = (value: number): string => Math.round(value).toLocaleString('en-US')

const known: Readonly<Record<string, (labels: Labels) => SignalName>> = {
  CacheHitRatioLow: labels => ({ name: `hit ratio of ${labels['homeostat_cache_name']}`, format: percent }),
  SlowQueries: () => ({ name: 'slow statements a minute', format: count }),
  QueueBacklog: labels => ({ name: `oldest waiting job in ${labels['bullmq_queue_name']}`, format: seconds }),
  MemoryPressure: labels => ({ name: `${labels['homeostat_memory_area']} in use`, format: percent }),
  JobsDelayLoop: () => ({ name: 'event loop delay', format: milliseconds }),
  EventLoopDelayed: () => ({ name: 'event loop delay', format: milliseconds }),
  FlashCrowd: () => ({ name: 'pages of the sale per second', format: count }),
  ProductsAreViewed: () => ({ name: 'product pages per second', format: count }),
  JobsExhaustPool: () => ({ name: 'requests that wait for a connection', format: count }),
  PoolExhausted: () => ({ name: 'requests that wait for a connection', format: count }),
  ExternalServiceQueue: () => ({ name: 'calls that wait for another service', format: count }),
  NetworkBottleneck: () => ({ name: 'share of the network in use or lost', format: percent }),
  CpuSaturated: () => ({ name: 'CPU in use', format: percent }),
}

/** An alert nobody named here shows its own name and three digits. */
export function signalOf(alert: string, labels: Labels): SignalName {
  return known[alert]?.(labels) ?? { name: alert, format: value => String(Number(value.toPrecision(3))) }
}
