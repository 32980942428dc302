import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createRandom } from '@homeostat/lab/scenarios'
import { Queue } from 'bullmq'
import type { ChaosRow } from '../chaos-run.ts'
import { quantile } from '../quantile.ts'
import { pause } from './worker-pair.ts'

/** What a process of the workload is to do. */
export interface MixedTask {
  readonly port: number
  readonly prefix: string
  readonly queue: string
  readonly concurrency: number
  /** The knob that is set before it counts; without one no code of ours is loaded. */
  readonly knob?: { readonly name: string; readonly to: number }
}

export type MixedRequest = { readonly kind: 'pause' | 'warm' | 'measure'; readonly jobs: number }

export type MixedMessage =
  | { readonly kind: 'ready'; readonly httpPort: number }
  | { readonly kind: 'paused'; readonly unready: string | undefined }
  | { readonly kind: 'drained'; readonly closedLoopMs: readonly number[] }

/** What is compared. */
const ARMS = {
  'concurrency 8': { concurrency: 8 },
  'concurrency 2': { concurrency: 2 },
  'worker.concurrency 0.5': { concurrency: 8, knob: { name: 'worker.concurrency', to: 0.5 } },
  'queue.rescheduleHeavyTasks': { concurrency: 8, knob: { name: 'queue.admission.loop', to: 1 } },
} as const satisfies Record<string, Pick<MixedTask, 'concurrency' | 'knob'>>
type Arm = keyof typeof ARMS
const PLAIN: Arm = 'concurrency 8'
const OURS: Arm = 'queue.rescheduleHeavyTasks'

/** How many jobs of each name one drain has. */
const MIX: Readonly<Record<string, number>> = { heavy: 24, medium: 30, io: 60, light: 100 }
/** Costs are learned in a part of the time only. */
const LONGEST_WARMING_MS = 120_000
const GOALS = { p99: 0.2, p50: 2, drain: 1.05 } as const
/** One repetition on a machine that is busy with other things. */
const SHORT_GOALS = { p99: 0.7, p50: 2, drain: 1.5 } as const

const WORKER = fileURLToPath(new URL('mixed-worker.ts', import.meta.url))
const CLIENT = fileURLToPath(new URL('open-loop-client.ts', import.meta.url))

/** One drain. In milliseconds. */
interface Drain {
  readonly drainMs: number
  readonly p50: number
  readonly p99: number
  readonly closedP50: number
  readonly closedP99: number
}

export interface MixedOptions {
  readonly port: number
  readonly seed: number
  readonly repetitions: number
  /** How many times the jobs of one drain. */
  readonly times: number
  /** Only what is compared, and with looser goals. */
  readonly short: boolean
  readonly report: (row: ChaosRow) => void
}

/** Drains a mixed queue under each of the arms, in turns, while a client in another process asks a route of the same process. */
export async function compareMixed(options: MixedOptions): Promise<void> {
  const { port, seed, repetitions, times, short, report } = options
  const arms = short ? ([PLAIN, OURS] as const) : (Object.keys(ARMS) as Arm[])
  const goals = short ? SHORT_GOALS : GOALS
  const drains = new Map<Arm, Drain[]>()
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const arm of arms) {
      const found = drains.get(arm) ?? []
      found.push(await drain(ARMS[arm], { port, seed: seed + repetition, times }))
      drains.set(arm, found)
    }
  }
  for (const [arm, found] of drains) {
    // Each is compared with the plain one of its own repetition, right before it.
    const ratio = (figure: keyof Drain): number[] =>
      found.map((own, at) => own[figure] / drains.get(PLAIN)![at]![figure])
    const [p99, p50, drainTime] = (['p99', 'p50', 'drainMs'] as const).map(ratio)
    report({
      run: 'bullmq',
      case: `mixed: ${arm}`,
      goal:
        arm === OURS
          ? `foreground p99 <= ${goals.p99} of plain, p50 <= ${goals.p50}, drain <= ${goals.drain}`
          : 'beside it',
      repetitions,
      ...spread(
        'drainMs',
        found.map(({ drainMs }) => drainMs),
      ),
      ...spread(
        'p50Ms',
        found.map(({ p50: ms }) => ms),
      ),
      ...spread(
        'p99Ms',
        found.map(({ p99: ms }) => ms),
      ),
      ...spread('p99Ratio', p99!),
      ...spread('p50Ratio', p50!),
      ...spread('drainRatio', drainTime!),
      ...spread(
        'closedP50Ms',
        found.map(({ closedP50 }) => closedP50),
      ),
      ...spread(
        'closedP99Ms',
        found.map(({ closedP99 }) => closedP99),
      ),
      ...(arm === OURS && {
        met: median(p99!) <= goals.p99 && median(p50!) <= goals.p50 && median(drainTime!) <= goals.drain,
      }),
    })
  }
}

async function drain(
  arm: Pick<MixedTask, 'concurrency' | 'knob'>,
  { port, seed, times }: Pick<MixedOptions, 'port' | 'seed' | 'times'>,
): Promise<Drain> {
  const prefix = `{${crypto.randomUUID()}}`
  await using stack = new AsyncDisposableStack()
  const queue = stack.adopt(new Queue('mixed', { prefix, connection: { port } }), open => open.close())
  const task: MixedTask = { port, prefix, queue: 'mixed', ...arm }
  const child = stack.adopt(fork(WORKER, [JSON.stringify(task)]), process => void process.kill('SIGKILL'))
  const { httpPort } = await next(child, 'ready')
  const isReady = await warm(child, queue, createRandom(seed))
  if (!isReady) throw new Error('the costs of the jobs are not known after two minutes')
  const client = stack.adopt(fork(CLIENT, [`${httpPort}`]), process => void process.kill('SIGKILL'))
  await once(client, 'message')
  const jobs = await add(queue, times, createRandom(seed))
  await pause(200)
  client.send('begin')
  const startedAt = performance.now()
  const drained = next(child, 'drained')
  request(child, { kind: 'measure', jobs })
  const { closedLoopMs } = await drained
  const drainMs = performance.now() - startedAt
  client.send('end')
  const [openLoopMs] = (await once(client, 'message')) as [readonly number[]]
  return {
    drainMs,
    p50: quantile(openLoopMs, 0.5),
    p99: quantile(openLoopMs, 0.99),
    closedP50: quantile(closedLoopMs, 0.5),
    closedP99: quantile(closedLoopMs, 0.99),
  }
}

/** Runs the same jobs until the code is compiled and the costs are known. False when they are not in time. */
async function warm(child: ChildProcess, queue: Queue, random: () => number): Promise<boolean> {
  const until = performance.now() + LONGEST_WARMING_MS
  for (let isFirst = true; ; isFirst = false) {
    const paused = next(child, 'paused')
    request(child, { kind: 'pause', jobs: 0 })
    const { unready } = await paused
    if (unready === undefined && !isFirst) return true
    if (performance.now() > until) return false
    const drained = next(child, 'drained')
    request(child, { kind: 'warm', jobs: await add(queue, 0.3, random) })
    await drained
  }
}

/** Adds the jobs of the mix in an order that chance draws. */
async function add(queue: Queue, times: number, random: () => number): Promise<number> {
  const names = Object.entries(MIX).flatMap(([name, count]) => Array<string>(Math.ceil(count * times)).fill(name))
  const drawn = names.map(name => [random(), name] as const).toSorted(([a], [b]) => a - b)
  await queue.addBulk(drawn.map(([, name]) => ({ name, data: {}, opts: { attempts: 1, removeOnComplete: true } })))
  return names.length
}

async function next<K extends MixedMessage['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<MixedMessage, { kind: K }>> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [MixedMessage]
    if (message.kind === kind) return message as Extract<MixedMessage, { kind: K }>
  }
}

function request(child: ChildProcess, message: MixedRequest): void {
  child.send(message)
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The median, and the range. */
function spread(name: string, values: readonly number[]): Readonly<Record<string, number | string>> {
  const digits = (value: number): number => Number(value.toPrecision(3))
  return {
    [name]: digits(median(values)),
    [`${name}Range`]: `${digits(Math.min(...values))} to ${digits(Math.max(...values))}`,
  }
}
