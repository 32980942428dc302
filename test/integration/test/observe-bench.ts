import { homeostat, type Homeostat, type HomeostatOptions } from 'homeostat'
import { expect } from 'vitest'

/** A Homeostat that nobody has enabled yet; its warnings go to `lines`. */
export function startObserving(lines: string[], options: HomeostatOptions = {}): Homeostat {
  const warn = (text: string): void => void lines.push(text)
  return homeostat({
    autoStart: false,
    environment: {},
    log: { info: () => undefined, warn },
    bullmq: { pollIntervalMs: 20, timeoutMs: 30_000 },
    ...options,
  })
}

export function enableAll(h: Homeostat): void {
  for (const instrumentation of h.instrumentations) instrumentation.enable()
}

/** The sum of a metric's points, a histogram's by count, of those that have the label. */
export function sumIn(h: Homeostat, metric: string, label = ''): number {
  const points = h.instrumentations.flatMap(({ registry }) =>
    registry
      .collect()
      .metrics.filter(({ descriptor }) => descriptor.name === metric)
      .flatMap(({ dataPoints }) => dataPoints.map(({ value, attributes }) => ({ value, attributes }))),
  )
  return points
    .filter(({ attributes }) => JSON.stringify(attributes).includes(label))
    .reduce((sum, { value }) => sum + (typeof value === 'number' ? value : (value as { count: number }).count), 0)
}

export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 10_000, interval: 20 })
