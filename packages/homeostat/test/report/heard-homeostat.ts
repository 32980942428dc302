import { diag } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { afterEach, vi } from 'vitest'
import { homeostat, type Homeostat, type HomeostatOptions } from '../../src/index.ts'

/** A Homeostat, with the lines of its log. */
export interface Heard {
  readonly h: Homeostat
  readonly lines: string[]
  ticks(count: number): Promise<void>
}

/** Starts Homeostats in each test of a file, and hears what they log. All of them are stopped after the test. */
export function heardHomeostat(): (options?: HomeostatOptions) => Heard {
  const running: Homeostat[] = []

  afterEach(async () => {
    for (const h of running.splice(0)) await h.stop()
    diag.disable()
    vi.restoreAllMocks()
  })
  return options => {
    const lines: string[] = []
    const log = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) }
    const h = homeostat({ autoStart: false, warmUpMs: 0, environment: {}, log, ...options })
    running.push(h)
    const ticks = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await h.optimizePerformance()
      await new Promise(resolve => setImmediate(resolve))
    }
    return { h, lines, ticks }
  }
}

/** Enables every instrumentation, as an SDK does. */
export function enable(h: Homeostat): void {
  for (const instrumentation of h.instrumentations) instrumentation.enable()
}

/** A metric reader that opens no port. */
export const reader = (): PrometheusExporter => new PrometheusExporter({ preventServerStart: true })
