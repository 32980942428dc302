// npm run bench -- start: what homeostat() adds to the start of NodeSDK with Prometheus.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Spread } from '../statistics.ts'
import { spread } from '../statistics.ts'

/** NodeSDK and PrometheusExporter alone, and the same with homeostat(), its instrumentations registered. */
export type StartVariant = 'sdk' | 'homeostat'

/** The child's argument, as JSON. */
export interface StartTask {
  readonly variant: StartVariant
  /** Seconds with a tick and a scrape each, before memory is measured. */
  readonly ticks: number
}

/** The child's answer. Milliseconds and bytes. */
export interface StartMeasurement {
  /** To import NodeSDK and PrometheusExporter, on the clock and of the processor. */
  readonly sdkMs: number
  readonly sdkCpuMs: number
  /** To import homeostat after that; 0 without it. */
  readonly ownMs: number
  readonly ownCpuMs: number
  /** After garbage collection. */
  readonly heap: number
  readonly external: number
  readonly rss: number
}

export interface StartOptions {
  readonly rounds: number
  readonly ticks: number
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

/** One figure: without homeostat, what it adds to that within a round, and what it may add. */
export interface StartRow {
  readonly bench: 'start'
  readonly figure: 'import' | 'import CPU' | 'heap' | 'external' | 'resident'
  readonly unit: 'ms' | 'MB'
  readonly sdk: Spread
  readonly added: Spread
  /** The goal, in the unit, or as a share of the SDK's figure. */
  readonly atMost?: number
  readonly atMostOfSdk?: number
}

/** A child ended without an answer. */
export class StartFailedError extends Error {
  override readonly name = 'StartFailedError'
  readonly code = 'HOMEOSTAT_BENCH_START_FAILED'

  constructor(variant: StartVariant, stderr: string) {
    const reason = stderr.split('\n').find(line => /^\w*Error\b/.test(line)) ?? stderr.trim().split('\n')[0] ?? ''
    super(`start: the variant ${variant} ended before it was done: ${reason}`)
  }
}

interface Pair {
  readonly sdk: StartMeasurement
  readonly homeostat: StartMeasurement
}

/** Both variants once a round, each in a fresh process, in turns of which is the first. */
export async function runStartBench({ rounds, ticks, signal, onProgress }: StartOptions): Promise<StartRow[]> {
  const pairs: Pair[] = []
  for (let round = 0; round < rounds; round++) {
    onProgress(`start: round ${round + 1} of ${rounds}`)
    const run = (variant: StartVariant): Promise<StartMeasurement> => measure({ variant, ticks }, signal)
    if (round % 2 === 0) {
      const sdk = await run('sdk')
      pairs.push({ sdk, homeostat: await run('homeostat') })
    } else {
      const homeostat = await run('homeostat')
      pairs.push({ sdk: await run('sdk'), homeostat })
    }
  }
  return rowsOf(pairs)
}

function rowsOf(pairs: readonly Pair[]): StartRow[] {
  // Both imports of one process: the machine is the same for both.
  const imports = (sdk: 'sdkMs' | 'sdkCpuMs', own: 'ownMs' | 'ownCpuMs'): Pick<StartRow, 'unit' | 'sdk' | 'added'> => ({
    unit: 'ms',
    sdk: spread(pairs.map(({ homeostat }) => homeostat[sdk])),
    added: spread(pairs.map(({ homeostat }) => homeostat[own])),
  })
  const memory = (of: 'heap' | 'external' | 'rss'): Pick<StartRow, 'unit' | 'sdk' | 'added'> => ({
    unit: 'MB',
    sdk: spread(pairs.map(({ sdk }) => sdk[of] / 1e6)),
    added: spread(pairs.map(({ sdk, homeostat }) => (homeostat[of] - sdk[of]) / 1e6)),
  })
  return [
    { bench: 'start', figure: 'import', ...imports('sdkMs', 'ownMs'), atMostOfSdk: 0.4 },
    { bench: 'start', figure: 'import CPU', ...imports('sdkCpuMs', 'ownCpuMs'), atMostOfSdk: 0.4 },
    { bench: 'start', figure: 'heap', ...memory('heap'), atMost: 5 },
    { bench: 'start', figure: 'external', ...memory('external') },
    { bench: 'start', figure: 'resident', ...memory('rss'), atMost: 15 },
  ]
}

async function measure(task: StartTask, signal: AbortSignal): Promise<StartMeasurement> {
  signal.throwIfAborted()
  const child = fork(new URL('start-child.ts', import.meta.url), [JSON.stringify(task)], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const end = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', end)
  try {
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', chunk => (stderr += chunk))
    let measurement: StartMeasurement | undefined
    child.on('message', message => (measurement = message as StartMeasurement))
    await once(child, 'close')
    signal.throwIfAborted()
    if (measurement === undefined) throw new StartFailedError(task.variant, stderr)
    return measurement
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}
