import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OtlpReceiver } from '@homeostat/otlp'
import { findFreePort } from '@homeostat/services'
import { Observation } from './observation.ts'
import { addScrape } from './prometheus-text.ts'
import { receivedIn } from './received-metrics.ts'

/** How the application's metrics leave it. */
export type Reading = 'push' | 'push delta' | 'pull'

/** One start of an application. */
export interface SetupRun {
  /** The folder of the application. */
  readonly folder: string
  /** Node's flags and the file, relative to `apps/` or a package's entry. */
  readonly command: readonly string[]
  readonly reading?: Reading
  /** Variables beside the usual ones, or in place of one; undefined unsets it. */
  readonly variables?: Readonly<Record<string, string | undefined>>
  /** The run waits for this, and for three exports after it. */
  readonly isEnough: (observation: Observation) => boolean
  /** It also waits until the application prints this, e.g. after its last request. @default nothing */
  readonly lastWords?: string
  /** @default the Node that runs the tests */
  readonly node?: string
}

export interface SetupResult {
  readonly observation: Observation
  /** What the application has printed. */
  readonly printed: string
  /** Whether {@link SetupRun.isEnough} came true. */
  readonly isComplete: boolean
}

const EXPORT_MS = 500
const LONGEST_MS = 60_000
const EXPORTS_AFTER = 3

/** Runs an application until a backend has received enough, and ends it. */
export async function runSetup({
  folder,
  command,
  reading = 'push',
  variables = {},
  isEnough,
  lastWords = '',
  node = process.execPath,
}: SetupRun): Promise<SetupResult> {
  await using receiver = await OtlpReceiver.start()
  const port = await findFreePort()
  const observation = new Observation()
  receiver.answer = ({ path, request }) => {
    if (reading === 'pull' || !path.endsWith('/metrics')) return {}
    observation.exports++
    for (const received of receivedIn(request)) observation.add(received)
    return {}
  }
  const child = spawn(node, command, {
    cwd: join(folder, 'apps'),
    env: { ...environment(folder, receiver.endpoint, port, reading), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (printed += text))
  const ended = once(child, 'close')
  try {
    const until = performance.now() + LONGEST_MS
    let enoughAt: number | undefined
    const isDone = (): boolean => {
      if (enoughAt === undefined && printed.includes(lastWords) && isEnough(observation)) enoughAt = observation.exports
      return enoughAt !== undefined && observation.exports >= enoughAt + EXPORTS_AFTER
    }
    while (!isDone() && child.exitCode === null && performance.now() < until) {
      await sleep(100)
      if (reading === 'pull') await scrape(port, observation)
    }
    return { observation, printed, isComplete: isDone() }
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

function environment(folder: string, url: string, port: number, reading: Reading): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    NODE_PATH: '',
    RECEIVER: url,
    RULES: join(folder, 'apps/rules.yml'),
    OTEL_SERVICE_NAME: 'shop',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_NODE_RESOURCE_DETECTORS: 'env',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_METRIC_EXPORT_INTERVAL: String(EXPORT_MS),
    OTEL_METRIC_EXPORT_TIMEOUT: String(EXPORT_MS - 100),
    OTEL_METRICS_EXPORTER: reading === 'pull' ? 'prometheus' : 'otlp',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    ...(reading === 'push delta' && { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' }),
    HOMEOSTAT_INTERVAL_MS: '200',
    HOMEOSTAT_RULE_FILES: join(folder, 'apps/rules.yml'),
  }
}

async function scrape(port: number, observation: Observation): Promise<void> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    answer => answer.text(),
    // It does not listen yet.
    () => undefined,
  )
  if (text !== undefined) addScrape(text, observation)
}
