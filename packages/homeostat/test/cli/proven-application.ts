import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'
import { writeLive, type CommandResult } from '../doctor/live/live-application.ts'

/** A service whose pressure follows a valve. The valve is a file, so that it outlives the process. */
const APPLICATION = `
const { readFileSync, writeFileSync } = require('node:fs')
const { homeostat } = require('homeostat')
const { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } = require('@opentelemetry/sdk-metrics')
const read = () => Number(readFileSync('valve', 'utf8'))
const valve = {
  name: 'plant.valve', scope: 'process', keptIn: 'outside', bounds: { min: 1, max: 16, grain: 1 }, read,
  compareAndSet(expected, next) {
    if (read() !== expected) return false
    writeFileSync('valve', String(next))
    return true
  },
}
const response = {
  to: { alert: 'PressureHigh' }, action: 'plant.valve', options: { to: 4 }, priority: 'slo',
  expect: { expr: 'plant_pressure', direction: 'down' },
}
const rules = [{ alert: 'PressureHigh', expr: 'plant_pressure > 1000' }]
const h = homeostat({ intervalMs: 50, warmUpMs: Number(process.env.WARM_UP_MS ?? 0), service: 'plant', rules, responses: [response], knobs: [valve], log: false })
const exporter = new InMemoryMetricExporter(1)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 40, exportTimeoutMillis: 30 })
const provider = new MeterProvider({ readers: [h.attach(reader)] })
const gauge = provider.getMeter('plant').createObservableGauge('plant.pressure')
gauge.addCallback(result => result.observe((read() === 4 ? 0.7 : 1) * (100 + Math.random())))
setInterval(() => undefined, 1000)
process.on('SIGTERM', async () => { await h.stop(); await provider.shutdown(); process.exit() })
`

const cliFile = fileURLToPath(new URL('../../dist/cli/cli.js', import.meta.url))

/** A command that runs. */
export interface RunningCommand {
  readonly child: ChildProcess
  readonly done: Promise<CommandResult>
  /** What it has printed so far. */
  readonly printed: CommandResult
}

/** The application in a folder of its own, and the command line beside it. */
export class ProvenApplication {
  readonly folder: string
  readonly #remove: () => void
  readonly #environment: Readonly<Record<string, string>>
  readonly #children = new Set<ChildProcess>()

  private constructor(folder: string, remove: () => void) {
    this.folder = folder
    this.#remove = remove
    this.#environment = { TMPDIR: folder, HOMEOSTAT_STATE_DIR: join(folder, 'state') }
  }

  static async write(): Promise<ProvenApplication> {
    const { folder, remove } = await writeLive({ files: { 'app.cjs': APPLICATION } })
    const application = new ProvenApplication(folder, remove)
    writeFileSync(join(folder, 'valve'), '8')
    return application
  }

  get valve(): number {
    return Number(readFileSync(join(this.folder, 'valve'), 'utf8'))
  }

  /** Starts the service, and waits until it can be asked. */
  async start(variables: Readonly<Record<string, string>> = { HOMEOSTAT_PROVE: 'plant.valve' }): Promise<ChildProcess> {
    const service = this.#spawn(['app.cjs'], variables).child
    const sockets = join(this.folder, `homeostat-${process.getuid?.() ?? ''}`, '.sockets')
    await vi.waitFor(() => {
      if (!existsSync(join(sockets, `${service.pid}.sock`))) throw new Error('no socket yet')
    }, 30_000)
    return service
  }

  /** Runs `homeostat prove`. */
  prove(...args: string[]): RunningCommand {
    return this.#spawn([cliFile, 'prove', ...args], {})
  }

  /** Starts a proof of six pairs of short blocks that begins with the knob on, and waits until it is on. */
  async begin(...args: string[]): Promise<RunningCommand> {
    const command = this.prove('--knob=plant.valve', '--block=2s', '--pairs=6', '--seed=7', '--out=report', ...args)
    await vi.waitFor(() => {
      if (this.valve !== 4) throw new Error(`not on yet: ${command.printed.error}`)
    }, 30_000)
    return command
  }

  async end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }

  async remove(): Promise<void> {
    for (const child of this.#children) await this.end(child, 'SIGKILL')
    this.#remove()
  }

  #spawn(args: readonly string[], variables: Readonly<Record<string, string>>): RunningCommand {
    const { PATH } = process.env
    const env = { PATH, ...this.#environment, ...variables }
    const child = spawn(process.execPath, [...args], { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#children.add(child)
    const printed = { code: null as number | null, out: '', error: '' }
    child.stdout.on('data', (chunk: Buffer) => (printed.out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (printed.error += chunk.toString()))
    const done = new Promise<CommandResult>(resolve =>
      child.once('close', code => resolve(Object.assign(printed, { code }))),
    )
    return { child, done, printed }
  }
}
