import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import type { Bench, Path } from './benches.ts'
import type { Measurement, Task } from './measurement.ts'

/** The measurements of one round by variant. */
export type Round = ReadonlyMap<string, readonly Measurement[]>

export interface RunOptions {
  readonly rounds: number
  readonly paths: readonly Path[]
  /** Ends the children and rejects. */
  readonly signal: AbortSignal
  readonly onProgress: (message: string) => void
}

/** A child ended without having measured all its paths. */
export class VariantFailedError extends Error {
  override readonly name = 'VariantFailedError'
  readonly code = 'HOMEOSTAT_BENCH_VARIANT_FAILED'

  constructor(bench: string, variant: string, how: string, stderr: string) {
    const reason = stderr.split('\n').find(line => /^\w*Error\b/.test(line)) ?? stderr.trim().split('\n')[0] ?? ''
    super(`${bench}: the variant ${variant} ${how} before it was done: ${reason}`)
  }
}

/**
 * Runs every variant once a round, each time in a fresh process: what the compiler made of one variant then neither
 * touches another one nor the next round. The order rotates, so that no variant is always the first.
 */
export async function runVariants(bench: Bench, options: RunOptions): Promise<Round[]> {
  const rounds: Round[] = []
  for (let round = 0; round < options.rounds; round++) {
    const order = bench.variants.map((_, turn) => bench.variants[(round + turn) % bench.variants.length]!.name)
    const run = async (variant: string): Promise<readonly [string, readonly Measurement[]]> => {
      options.onProgress(`${bench.name}: round ${round + 1} of ${options.rounds}, ${variant}`)
      return [variant, await runVariant(bench, { variant, paths: options.paths }, options.signal)]
    }
    const results = new Map<string, readonly Measurement[]>()
    if (bench.sideBySide)
      for (const [variant, measured] of await Promise.all(order.map(run))) results.set(variant, measured)
    else for (const variant of order) results.set(...(await run(variant)))
    rounds.push(results)
  }
  return rounds
}

async function runVariant({ name: bench, flags = [] }: Bench, task: Task, signal: AbortSignal): Promise<Measurement[]> {
  signal.throwIfAborted()
  const script = new URL(`variants/${bench}.ts`, import.meta.url)
  const child = fork(script, [JSON.stringify(task)], {
    execArgv: ['--expose-gc', ...flags],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const end = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', end)
  try {
    const measurements: Measurement[] = []
    child.on('message', message => measurements.push(message as Measurement))
    const { how, stderr } = await ended(child)
    signal.throwIfAborted()
    if (measurements.length < task.paths.length) throw new VariantFailedError(bench, task.variant, how, stderr)
    return measurements
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}

/** How a process ended, and what it wrote. */
export function ended(child: ChildProcess): Promise<{ how: string; stderr: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ how: string; stderr: string }>()
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', chunk => (stderr += chunk))
  child.once('error', reject)
  child.once('close', (code, signal) =>
    resolve({ how: signal ? `was ended by ${signal}` : `ended with code ${code}`, stderr }),
  )
  return promise
}
