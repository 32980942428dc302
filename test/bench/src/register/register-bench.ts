// npm run bench -- register: measures how much longer an application with plain OpenTelemetry takes to start with the flag
// --import homeostat/register.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pairedDifferences, spread, type Spread } from '../statistics.ts'

/** The application with plain OpenTelemetry, with our flag as well, and with the flag and `HOMEOSTAT_DISABLED=1`. */
export const REGISTER_VARIANTS = ['otel', 'register', 'disabled'] as const
export type RegisterVariant = (typeof REGISTER_VARIANTS)[number]

export interface RegisterOptions {
  readonly rounds: number
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

/** Milliseconds from the start of the process until the application listens, and the milliseconds that a variant adds within a round. */
export interface RegisterRow {
  readonly bench: 'register'
  readonly variant: RegisterVariant
  readonly ms: Spread
  /** Undefined for the baseline. */
  readonly added?: Spread
  /** The most that the median may add. */
  readonly atMostMs?: number
}

/** A disabled process only reads a variable: 5 ms is the difference between two equal starts. */
const GOALS_MS: Readonly<Record<RegisterVariant, number | undefined>> = { otel: undefined, register: 60, disabled: 5 }

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const SDK = ['--import', path('sdk.mjs')]
const OURS = ['--import', 'homeostat/register']

/** Starts every variant once per round. The variant that starts first rotates. */
export async function runRegisterBench({ rounds, signal, onProgress }: RegisterOptions): Promise<RegisterRow[]> {
  const measured: Record<RegisterVariant, number[]> = { otel: [], register: [], disabled: [] }
  for (let round = 0; round < rounds; round++) {
    onProgress(`register: round ${round + 1} of ${rounds}`)
    for (let turn = 0; turn < REGISTER_VARIANTS.length; turn++) {
      const variant = REGISTER_VARIANTS[(round + turn) % REGISTER_VARIANTS.length]!
      measured[variant].push(await start(variant, signal))
    }
  }
  return REGISTER_VARIANTS.map(variant => {
    const goal = GOALS_MS[variant]
    return {
      bench: 'register',
      variant,
      ms: spread(measured[variant]),
      ...(goal !== undefined && {
        added: spread(pairedDifferences(measured[variant], measured.otel)),
        atMostMs: goal,
      }),
    }
  })
}

async function start(variant: RegisterVariant, signal: AbortSignal): Promise<number> {
  const flags = variant === 'otel' ? SDK : [...SDK, ...OURS]
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, path('application.mjs')], {
    signal,
    cwd: path('.'),
    env: {
      PATH: process.env['PATH'],
      OTEL_SERVICE_NAME: 'shop',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'otlp',
      ...(variant === 'disabled' && { HOMEOSTAT_DISABLED: '1' }),
    },
  })
  return Number(stdout.trim().split('\n').at(-1))
}

/** The rows as a table, each with its goal and whether the median meets it. */
export function describeRegister(rows: readonly RegisterRow[], rounds: number): string {
  const lines = rows.map(({ variant, ms, added, atMostMs }) => {
    const plain = `${variant.padEnd(9)} ${shown(ms)}`
    if (added === undefined || atMostMs === undefined) return plain
    return `${plain}  adds ${shown(added)}  at most ${atMostMs} ms: ${added[1] <= atMostMs ? 'met' : 'not met'}`
  })
  return [
    'Milliseconds from the start of Node until the application listens: median [min, max]',
    `${rounds} rounds; the added milliseconds are differences within a round`,
    '',
    ...lines,
  ].join('\n')
}

function shown([min, median, max]: Spread): string {
  return `${median.toFixed(1)} [${min.toFixed(1)}, ${max.toFixed(1)}]`
}
