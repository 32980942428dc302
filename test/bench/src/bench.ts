// Command line: node --expose-gc src/bench.ts signals|redis|pg|http|collect|rules|idle|start|register|forecast [--rounds N] [--quick] [--json]
import { parseArgs } from 'node:util'
import type { Bench, Path } from './benches.ts'
import { benches } from './benches.ts'
import type { ForecastOptions } from './forecast/forecast-bench.ts'
import { describeRun } from './report.ts'
import { rowsOf } from './rows.ts'
import { runInTurns } from './run-in-turns.ts'
import { runVariants } from './run-variants.ts'

const DEFAULT_ROUNDS = 9
const QUICK_ROUNDS = 5
const FORECAST = 'forecast'
const START = 'start'
const REGISTER = 'register'
const HTTP_SERVER = 'http-server'
const START_TICKS = 4
const FORECAST_STRIDE = 10
/** Less than a tenth of a second per block. Two processes differ by more than two blocks, so there are many rounds. */
const SERVER_REQUESTS = 2000
const SERVER_BLOCKS = 15
const SERVER_ROUNDS = 15
const SERVER_WARM_UP = 20_000
const FORECAST_ROUNDS = 3
const names = [...benches.map(({ name }) => name), HTTP_SERVER, START, REGISTER, FORECAST].join('|')

const HELP = `CPU cost per operation: bare, ours, the contrib peer and one SDK record per operation.

Usage: npm run bench -- ${names} [options]

  --rounds N   rounds over all variants (default ${DEFAULT_ROUNDS})
  --quick      ${QUICK_ROUNDS} rounds with a fifth of the operations
  --json       one JSON object a line on stdout; use npm run --silent, which prints nothing of its own
  --help       this text

${benches.map(({ name, title }) => `  ${name.padEnd(8)} ${title}`).join('\n')}
  ${HTTP_SERVER.padEnd(8)} One request to a Fastify application with and without ours, in blocks that take turns
  http     Both benches of HTTP, one after the other
  start    What homeostat() adds to the start of NodeSDK with Prometheus: import time, heap and resident memory
  register What the flag --import homeostat/register adds to the start of an application with plain OpenTelemetry
  forecast Skill, calibration and cost of forecasts, beside climatology, random walk, predict_linear and damped Holt;
           takes --data DIR (default ../shared/forecast/data), --stride MINUTES (default ${FORECAST_STRIDE}), --plot FILE.svg

Every variant runs in a process of its own, warmed up by a number of operations, in rounds that go through all variants.
What counts are the differences to bare within a round: their median and their range. A difference whose range includes
zero is not resolved.

Redis and Postgres are answered in the same process, by a few lines that speak the protocol: against a real server the
kernel's and the network's share varies by more between rounds than an instrumentation adds at all.`

/** The command line asks for something that there is not. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

interface Command {
  readonly bench: Bench
  readonly rounds: number
  readonly paths: readonly Path[]
  readonly json: boolean
}

/** Undefined when only help is asked for. */
function parseCommand(args: string[]): Command | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [name, ...rest] = positionals
  const bench = benches.find(candidate => candidate.name === name)
  if (bench === undefined || rest.length > 0) {
    throw new UsageError(`bench: expected one of ${names}, not ${positionals.join(' ') || 'nothing'}; see --help`)
  }
  const share = values.quick ? 0.2 : 1
  const operations = values.ops === undefined ? undefined : positiveInteger('--ops', values.ops)
  const paths = bench.paths.map(path => ({
    name: path.name,
    operations: operations ?? Math.ceil(path.operations * share),
    warmUp: operations ?? Math.ceil(path.warmUp * share),
  }))
  return { bench, rounds: roundsIn(values), paths, json: values.json }
}

/** The options of a bench by name; undefined when another bench, or help, is asked for. */
function optionsFor(name: string, args: string[]): ReturnType<typeof parse>['values'] | undefined {
  const { values, positionals } = parse(args)
  return values.help || positionals.length !== 1 || positionals[0] !== name ? undefined : values
}

function roundsIn(
  { rounds, quick }: ReturnType<typeof parse>['values'],
  usual = quick ? QUICK_ROUNDS : DEFAULT_ROUNDS,
): number {
  return rounds === undefined ? usual : positiveInteger('--rounds', rounds)
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        data: { type: 'string' },
        stride: { type: 'string' },
        plot: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        // Operations of every path, for tests of the bench itself: too few measure the interpreter.
        ops: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError(`bench: ${(error as Error).message.split('. ')[0]}; see --help`, { cause: error })
  }
}

function positiveInteger(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`bench: ${option} must be a whole number from 1 on, not ${text}`)
  return value
}

function parseForecast(args: string[]): (Omit<ForecastOptions, 'onProgress'> & { readonly json: boolean }) | undefined {
  const values = optionsFor(FORECAST, args)
  if (values === undefined) return undefined
  const { stride = String(FORECAST_STRIDE), data, plot, json } = values
  // So little that it measures nothing, for tests of the bench itself.
  const days = values.ops === undefined ? undefined : 2 + positiveInteger('--ops', values.ops)
  const minutes = positiveInteger('--stride', stride)
  return { rounds: roundsIn(values, FORECAST_ROUNDS), stride: minutes, data, plot, days, json }
}

function parseStart(
  args: string[],
): { readonly rounds: number; readonly ticks: number; readonly json: boolean } | undefined {
  const values = optionsFor(START, args)
  if (values === undefined) return undefined
  const { ops = String(START_TICKS), json } = values
  return { rounds: roundsIn(values), ticks: positiveInteger('--ops', ops), json }
}

function parseRegister(args: string[]): { readonly rounds: number; readonly json: boolean } | undefined {
  const values = optionsFor(REGISTER, args)
  return values && { rounds: roundsIn(values), json: values.json }
}

interface ServerCommand {
  readonly rounds: number
  readonly blocks: number
  readonly requests: number
  readonly warmUp: number
  readonly json: boolean
}

function parseHttpServer(args: string[]): ServerCommand | undefined {
  const values = optionsFor(HTTP_SERVER, args)
  if (values === undefined) return undefined
  const requests = values.ops === undefined ? SERVER_REQUESTS : positiveInteger('--ops', values.ops)
  const [blocks, warmUp] = values.ops === undefined ? [SERVER_BLOCKS, SERVER_WARM_UP] : [1, requests]
  return {
    rounds: roundsIn(values, values.quick ? QUICK_ROUNDS : SERVER_ROUNDS),
    blocks: Math.ceil(values.quick ? blocks / 5 : blocks),
    requests,
    warmUp,
    json: values.json,
  }
}

/** A name may stand for several benches: `http` for all whose names begin so. */
async function main([name = '', ...options]: string[]): Promise<void> {
  const family = [...benches.map(bench => bench.name), HTTP_SERVER].filter(each => each.startsWith(`${name}-`))
  for (const each of family.length > 0 ? family : [name]) await runBench(each === '' ? options : [each, ...options])
}

async function runBench(args: string[]): Promise<void> {
  const server = parseHttpServer(args)
  if (server) return benchServer(server)
  const forecast = parseForecast(args)
  if (forecast) return benchForecast(forecast)
  const start = parseStart(args)
  if (start) return benchStart(start)
  const register = parseRegister(args)
  if (register) return benchRegister(register)
  const command = parseCommand(args)
  return command === undefined ? console.log(HELP) : benchVariants(command)
}

async function benchServer({ json, ...options }: ServerCommand): Promise<void> {
  const { runServerBench } = await import('./http-server/server-bench.ts')
  const { describeServer } = await import('./http-server/server-report.ts')
  const onProgress = (text: string): void => console.error(text)
  const rows = await runServerBench({ ...options, signal: stopSignal(), onProgress })
  console.log(json ? rows.map(row => JSON.stringify(row)).join('\n') : describeServer(rows, options.rounds))
}

async function benchVariants({ bench, rounds, paths, json }: Command): Promise<void> {
  const measured = await (bench.takesTurns ? runInTurns : runVariants)(bench, {
    rounds,
    paths,
    signal: stopSignal(),
    onProgress: text => console.error(text),
  })
  const rows = rowsOf(
    bench,
    paths.map(({ name }) => name),
    measured,
  )
  console.log(json ? rows.map(row => JSON.stringify(row)).join('\n') : describeRun(bench, rows, rounds))
}

function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(name))
  return stop.signal
}

async function benchStart({ json, ...options }: NonNullable<ReturnType<typeof parseStart>>): Promise<void> {
  const { runStartBench } = await import('./start/start-bench.ts')
  const { describeStart } = await import('./start/start-report.ts')
  const onProgress = (text: string): void => console.error(text)
  const rows = await runStartBench({ ...options, signal: stopSignal(), onProgress })
  console.log(json ? rows.map(row => JSON.stringify(row)).join('\n') : describeStart(rows, options.rounds))
}

async function benchRegister({ json, rounds }: NonNullable<ReturnType<typeof parseRegister>>): Promise<void> {
  const { describeRegister, runRegisterBench } = await import('./register/register-bench.ts')
  const onProgress = (text: string): void => console.error(text)
  const rows = await runRegisterBench({ rounds, signal: stopSignal(), onProgress })
  console.log(json ? rows.map(row => JSON.stringify(row)).join('\n') : describeRegister(rows, rounds))
}

async function benchForecast({ json, ...options }: NonNullable<ReturnType<typeof parseForecast>>): Promise<void> {
  const { runForecastBench } = await import('./forecast/forecast-bench.ts')
  const { describeForecasts } = await import('./forecast/forecast-report.ts')
  const rows = runForecastBench({ ...options, onProgress: text => console.error(text) })
  console.log(json ? rows.map(row => JSON.stringify(row)).join('\n') : describeForecasts(rows))
}

const EXIT_CODES: Record<string, number> = { SIGINT: 130, SIGTERM: 143 }

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (typeof error === 'string') {
    console.error(`bench: stopped by ${error}`)
    process.exitCode = EXIT_CODES[error] ?? 1
  } else {
    console.error((error as Error).message)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
