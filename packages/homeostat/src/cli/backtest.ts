import type { Response } from '@homeostat/optimizer'
import type { BacktestResult } from '@homeostat/lab/backtest'
import { backtest, backtestReport, compareBacktests, differenceReport, openSource } from '@homeostat/lab/backtest'
import type { RuleGroup } from '@homeostat/promql'
import { parseRuleFile, type RuleFileError } from '@homeostat/promql/rule-files'
import { readCommandFile } from './file.ts'
import type { CommandOutput, ExitCode } from './output.ts'
import { progressTo } from './progress.ts'
import { checkBeginsAsText, type ExpectedText } from './text-check.ts'
import { WrongCallError } from './wrong-call-error.ts'
import { parseResponseFile } from '../reload/response-file.ts'

/** The recording to replay, and the files to replay it against. */
export interface BacktestCall {
  readonly from: string
  readonly rules: readonly string[]
  readonly responses: readonly string[]
  readonly against: readonly string[]
  readonly startMs: number | undefined
  readonly endMs: number | undefined
  readonly stepMs: number | undefined
  readonly asJson: boolean
}

/** Replays and prints the result. */
export async function runBacktest(call: BacktestCall, output: CommandOutput): Promise<ExitCode> {
  const { from, startMs, endMs: givenEndMs, stepMs, asJson } = call
  const errors: RuleFileError[] = []
  const responses = readResponses(call.responses, errors)
  const tried = { rules: readRules(call.rules, errors), responses }
  const other = call.against.length > 0 ? { rules: readRules(call.against, errors), responses } : undefined
  if (errors.length > 0) {
    for (const { message } of errors) output.error(message)
    return 1
  }

  const isServer = /^https?:/.test(from)
  const endMs = givenEndMs ?? (isServer ? Date.now() : undefined)
  if (!isServer) checkBeginsAsText(from, RECORDING)
  else if (!URL.canParse(from)) throw new WrongCallError(`'${from}' is not an address, such as http://prometheus:9090`)
  if (startMs !== undefined && endMs !== undefined && startMs >= endMs)
    throw new WrongCallError("'--start' must be before '--end'")
  const programs = other ? [other, tried] : [tried]
  const reportProgress = progressTo(output)
  try {
    const source = await openSource(from, {
      programs,
      ...given({ startMs, endMs, stepMs }),
      onProgress: reportProgress,
    })
    const results = await backtest({
      source,
      programs,
      // The data of a server begins earlier than the evaluation, to fill the windows of rules.
      ...given({ startMs: startMs ?? (isServer && endMs !== undefined ? endMs - DAY_MS : undefined), endMs }),
      onProgress: atMs => reportProgress(`replayed until ${new Date(atMs).toISOString()}`),
    })
    printResults(results, asJson, output)
    return 0
  } catch (error) {
    output.error(error instanceof Error ? error.message : String(error))
    return 1
  }
}

const DAY_MS = 86_400_000
const RECORDING: ExpectedText = {
  what: "a recording of Homeostat, or metrics in OTLP's JSON",
  unpackedBy: unpack => `${unpack} > recording.ndjson`,
}

function printResults(results: readonly BacktestResult[], asJson: boolean, output: CommandOutput): void {
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

function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
