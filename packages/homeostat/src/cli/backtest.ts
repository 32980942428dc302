import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Response } from '@homeostat/optimizer'
import type { BacktestResult } from '@homeostat/lab/backtest'
import { backtest, backtestReport, compareBacktests, differenceReport, openSource } from '@homeostat/lab/backtest'
import { parseDuration, type RuleGroup } from '@homeostat/promql'
import { parseRuleFile, type RuleFileError } from '@homeostat/promql/rule-files'
import { readCommandFile } from './file.ts'
import type { CommandOutput, ExitCode } from './output.ts'
import { parseResponseFile } from '../reload/response-file.ts'

const HELP = `usage: homeostat backtest --from SOURCE --rules FILE... [OPTION...]

Replays recorded signals against rules and responses, through the loop itself. Shows which alerts would have fired, which
actions would have run, and how often alerts would have come and gone.

  --from=SOURCE           A recording of Homeostat, metrics in OTLP's JSON, or the address of a Prometheus server.
  --rules=FILE...         Prometheus rule files.
  --responses=FILE...     Response files. Without any, no action would run.
  --against=FILE...       Rule files to compare with: their lines are marked "-", those of --rules "+".
  --start=TIME            Start of the evaluation; earlier data only fills the windows of rules. RFC 3339 or Unix seconds.
  --end=TIME              End of the evaluation. For a server, the default is now, and the default of --start a day before it.
  --step=DURATION         Time between evaluations, default 15s. A recording of Homeostat has its own.
  --json                  Prints everything as one JSON object.

Progress is reported on standard error.
Exit code: 0 if everything was read and replayed, else 1.`

const PROGRESS_MS = 2000

/** `homeostat backtest`. */
export async function runBacktest(args: readonly string[], output: CommandOutput): Promise<ExitCode> {
  const { values, tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    tokens: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      from: { type: 'string' },
      rules: { type: 'string', multiple: true },
      responses: { type: 'string', multiple: true },
      against: { type: 'string', multiple: true },
      start: { type: 'string' },
      end: { type: 'string' },
      step: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    output.out(HELP)
    return 0
  }
  const files = filesOf(tokens)
  const { from } = values
  if (from === undefined) throw new Error("required option '--from' not provided")
  if (files.rules.length === 0) throw new Error("required option '--rules' not provided")
  const isServer = /^https?:/.test(from)
  const errors: RuleFileError[] = []
  const responses = readResponses(files.responses, errors)
  const tried = { rules: readRules(files.rules, errors), responses }
  const other = files.against.length > 0 ? { rules: readRules(files.against, errors), responses } : undefined
  if (errors.length > 0) {
    for (const { message } of errors) output.error(message)
    return 1
  }

  const startMs = timeOf('start', values.start)
  const endMs = timeOf('end', values.end) ?? (isServer ? Date.now() : undefined)
  const stepMs = stepOf(values.step)
  if (!isServer && !existsSync(from)) throw new Error(`path '${from}' does not exist`)
  const programs = other ? [other, tried] : [tried]
  const say = progress(output)
  try {
    const source = await openSource(from, { programs, ...given({ startMs, endMs, stepMs }), onProgress: say })
    const results = await backtest({
      source,
      programs,
      // The data of a server begins earlier than the evaluation, to fill the windows of rules.
      ...given({ startMs: startMs ?? (isServer && endMs !== undefined ? endMs - DAY_MS : undefined), endMs }),
      onProgress: atMs => say(`replayed until ${new Date(atMs).toISOString()}`),
    })
    tell(results, values.json === true, output)
    return 0
  } catch (error) {
    output.error(error instanceof Error ? error.message : String(error))
    return 1
  }
}

const DAY_MS = 86_400_000

function tell(results: readonly BacktestResult[], asJson: boolean, output: CommandOutput): void {
  const result = results.at(-1)!
  const against = results.length > 1 ? results[0] : undefined
  const difference = against && compareBacktests(against, result)
  if (asJson) {
    output.out(JSON.stringify({ result, ...given({ against, difference }) }))
    return
  }
  for (const line of backtestReport(result)) output.out(line)
  if (!difference) return
  for (const line of ['', 'Difference to the rules of --against', ...differenceReport(difference)]) output.out(line)
}

type FileLists = Record<'rules' | 'responses' | 'against', string[]>

/** A file without an option of its own belongs to the option before it, as in `--rules *.yml`. */
function filesOf(tokens: ReturnType<typeof parseArgs>['tokens'] & object): FileLists {
  const files: FileLists = { rules: [], responses: [], against: [] }
  let current: string[] | undefined
  for (const token of tokens) {
    if (token.kind === 'option') {
      current = Object.hasOwn(files, token.name) ? files[token.name as keyof FileLists] : undefined
      if (current && token.value !== undefined) current.push(token.value)
    } else if (token.kind === 'positional') {
      if (!current) throw new Error(`unexpected '${token.value}'`)
      current.push(token.value)
    }
  }
  return files
}

function readRules(files: readonly string[], errors: RuleFileError[]): readonly RuleGroup[] {
  return files.flatMap(file => {
    const parsed = parseRuleFile(readCommandFile(file), { file })
    errors.push(...parsed.errors)
    return parsed.groups
  })
}

function readResponses(files: readonly string[], errors: RuleFileError[]): readonly Response[] {
  return files.flatMap(file => {
    const parsed = parseResponseFile(readCommandFile(file), { file })
    errors.push(...parsed.errors)
    return parsed.responses.map(({ response }) => response)
  })
}

function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  if (Number.isFinite(ms)) return ms
  throw new Error(`'--${option}' must be a time such as 2026-01-31T12:00:00Z, got '${text}'`)
}

function stepOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms === undefined || ms === 0) throw new Error(`'--step' must be a duration such as 15s, got '${text}'`)
  return ms
}

/** Not more than a line every few seconds. */
function progress(output: CommandOutput): (line: string) => void {
  let last = performance.now()
  return line => {
    if (performance.now() - last < PROGRESS_MS) return
    last = performance.now()
    output.error(line)
  }
}

function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
