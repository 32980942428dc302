// A service whose knobs hold and throw secrets, and on which each of them is proven with the command line. It prints what left the process or
// was kept by it, as one line of JSON. Run by `canaries.long.test.ts`, with a folder for temporary files of its own.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openConsole } from '@homeostat/console'
import { createRedisCoordinator } from '@homeostat/ioredis/domain'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { homeostat } from 'homeostat'
import { Redis } from 'ioredis'
import type { CanaryResult } from './application.ts'
import { canaries } from './canaries.ts'
import { followProcess } from './followed-process.ts'
import { filesIn } from './kept-state.ts'
import { leakyKnobs, TRIED } from './leaky-knobs.ts'
import { thrownValues } from './thrown-values.ts'

export interface ProvingArgs {
  readonly stateDir: string
  /** The folder for reports. */
  readonly reports: string
}

const cli = fileURLToPath(new URL('../../../../packages/homeostat/dist/cli/cli.js', import.meta.url))
const { stateDir, reports } = JSON.parse(process.argv[2] ?? '{}') as ProvingArgs
const canary = canaries()
const said = followProcess()
const knobs = leakyKnobs(canary, thrownValues(canary))
const names = knobs.map(({ name }) => name)

const nowhere = new Redis(`redis://user:${canary('password of the coordinator')}@127.0.0.1:1`, {
  lazyConnect: true,
  retryStrategy: null,
  maxRetriesPerRequest: 0,
} as never)
nowhere.on('error', () => undefined)
const h = homeostat({
  service: 'shop',
  intervalMs: 50,
  warmUpMs: 0,
  watchdog: false,
  killSignal: false,
  stateDir,
  coordinator: createRedisCoordinator({ client: nowhere, service: 'shop' }),
  prove: names,
  knobs,
} as never)
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 40, exportTimeoutMillis: 30 })
const provider = new MeterProvider({ readers: [h.attach(reader)] })
const [works] = knobs
provider
  .getMeter('shop')
  .createObservableGauge('shop.pressure')
  .addCallback(result => result.observe((works!.value() === TRIED ? 0.7 : 1) * (100 + Math.random())))

const token = canary('console token')
const page = await openConsole(h, { port: 0, token, onFault: said.note })
const shown: string[] = [page.line]
const stream = await fetch(`${page.address}/events`, { headers: { authorization: `Bearer ${token}` } })
const followed = stream
  .body!.pipeThrough(new TextDecoderStream())
  .pipeTo(new WritableStream({ write: (text: string) => void shown.push(text) }))

/** Each command, and what it has printed. */
const printed: string[] = []
const run = async (...args: string[]): Promise<void> => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, ...args], { timeout: 60_000 }).catch(
    (error: { stdout: string; stderr: string }) => error,
  )
  printed.push([args.join(' '), stdout, stderr].join('\n'))
}

const MEASURED = [`--to=${TRIED}`, '--measure=shop_pressure', '--direction=down']
const toProcess = `--process=${process.pid}`
for (const name of names) {
  const out = `--out=${join(reports, name)}`
  await run('prove', toProcess, `--knob=${name}`, ...MEASURED, '--block=1s', '--pairs=6', '--seed=7', out)
}
await run('prove', 'plan', toProcess, '--knob=shop.works', ...MEASURED, '--json')
await run('prove', 'report', toProcess, '--json', `--out=${join(reports, 'again')}`)
await run('report', String(process.pid), '--json')
await run('report', String(process.pid))
const ledger = h.optimizer.ledger.entries
const proofs = ledger.flatMap(entry => entry.proofs)
const explained = proofs.map(({ id }) => h.explain(id))
for (const { id } of proofs.slice(0, 1)) await run('explain', id, toProcess)

await page[Symbol.asyncDispose]()
await followed.catch(() => undefined)
const report = h.report()
const kept = await filesIn(stateDir)
await h.stop()
const metrics = JSON.stringify(exporter.getMetrics().at(-1))
await provider.shutdown()
nowhere.disconnect()

const found = {
  ...said.texts(),
  printed: printed.join('\n'),
  reports: await filesIn(reports),
  proofs: JSON.stringify(proofs),
  explain: JSON.stringify(explained),
  ledger: JSON.stringify(ledger),
  report: JSON.stringify(report),
  reportText: String(report),
  console: shown.join('\n'),
  metrics,
  state: `${kept}\n${await filesIn(stateDir)}`,
  canaries: JSON.stringify(canary.all),
} satisfies CanaryResult

await new Promise(written => process.stdout.write(`${JSON.stringify(found)}\n`, written))
process.exit(0)
