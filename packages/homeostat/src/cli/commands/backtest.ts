import type { ArgumentToken } from '../arguments.ts'
import { type Command, command } from '../command-definition.ts'
import { WrongCallError } from '../wrong-call-error.ts'

/** `homeostat backtest`. */
export const backtestCommand: Command = command(
  {
    words: 'backtest',
    operands: '--from SOURCE --rules FILE... [OPTION...]',
    summary: 'Replays recorded signals against rules and responses, through the loop itself.',
    details:
      'Shows which alerts would have fired, which actions would have run, and how often alerts would have come and gone. Progress is reported on standard error.',
    examples: [
      'homeostat backtest --from recording.ndjson --rules rules/*.yml --responses responses.yml',
      'homeostat backtest --from http://prometheus:9090 --rules new.yml --against old.yml --start 2026-01-30T00:00:00Z',
    ],
    exitCodes: '0 if everything was read and replayed, else 1',
    wrongCalls: 'a FILE that cannot be read',
    options: {
      from: {
        type: 'string',
        valueHint: 'SOURCE',
        description: "A recording of Homeostat, metrics in OTLP's JSON, or the address of a Prometheus server.",
      },
      rules: { type: 'string', valueHint: 'FILE...', isRepeatable: true, description: 'Prometheus rule files.' },
      responses: {
        type: 'string',
        valueHint: 'FILE...',
        isRepeatable: true,
        description: 'Response files. Without any, no action would run.',
      },
      against: {
        type: 'string',
        valueHint: 'FILE...',
        isRepeatable: true,
        description: 'Rule files to compare with: their lines are marked "-", those of --rules "+".',
      },
      start: {
        type: 'string',
        valueHint: 'TIME',
        description:
          'Start of the evaluation; earlier data only fills the windows of rules. RFC 3339 or Unix seconds. For a server, the default is a day before the end.',
      },
      end: {
        type: 'string',
        valueHint: 'TIME',
        description: 'End of the evaluation. For a server, the default is now.',
      },
      step: {
        type: 'string',
        valueHint: 'DURATION',
        description: 'Time between evaluations, default 15s. A recording of Homeostat has its own.',
      },
      json: { type: 'boolean', description: 'Prints everything as one JSON object.' },
    },
  },
  async ({ values, tokens, output }) => {
    const files = filesOf(tokens)
    const { from } = values
    if (from === undefined) throw new WrongCallError("required option '--from' not provided")
    if (files.rules.length === 0) throw new WrongCallError("required option '--rules' not provided")
    // The loop is more than the other commands need.
    const [{ runBacktest }, { parseDuration }] = await Promise.all([
      import('../backtest.ts'),
      import('@homeostat/promql'),
    ])
    const startMs = timeOf('start', values.start)
    const endMs = timeOf('end', values.end)
    const stepMs = stepOf(values.step, parseDuration)
    return runBacktest({ ...files, from, startMs, endMs, stepMs, asJson: values.json === true }, output)
  },
)

type FileLists = Record<'rules' | 'responses' | 'against', string[]>

/** A file without an option of its own belongs to the option before it, as in `--rules *.yml`. */
function filesOf(tokens: readonly ArgumentToken[]): FileLists {
  const files: FileLists = { rules: [], responses: [], against: [] }
  let current: string[] | undefined
  for (const token of tokens) {
    if (token.kind === 'option') {
      current = Object.hasOwn(files, token.name) ? files[token.name as keyof FileLists] : undefined
      if (current && token.value !== undefined) current.push(token.value)
    } else {
      if (!current) throw new WrongCallError(`unexpected '${token.value}'`)
      current.push(token.value)
    }
  }
  return files
}

function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  if (Number.isFinite(ms)) return ms
  throw new WrongCallError(`'--${option}' must be a time such as 2026-01-31T12:00:00Z, got '${text}'`)
}

function stepOf(text: string | undefined, parseDuration: (text: string) => number | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms === undefined || ms === 0) throw new WrongCallError(`'--step' must be a duration such as 15s, got '${text}'`)
  return ms
}
