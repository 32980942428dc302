// npm run bench -- http: what we add to a request that a Fastify application serves.
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Spread } from '../statistics.ts'
import { median, medianInterval } from '../statistics.ts'

export const SERVER_VARIANTS = ['bare', 'ours', 'bare-compress', 'ours-compress'] as const

/** An application without and with ours, and both of them with the plugin `@fastify/compress`. */
export type ServerVariant = (typeof SERVER_VARIANTS)[number]

/** What an application is asked: the CPU time of its process so far, or whether it has measured its requests. */
export type ServedQuestion = 'cpu' | 'measured'

/** So many requests to one application; the answer is how many were sent and answered. */
export interface LoadTask {
  readonly port: number
  readonly requests: number
  /** Requests that are on their way at a time on one connection. */
  readonly pipelined: number
}

/** How requests come. A browser or a proxy waits for an answer; pipelining leaves the server less to do per request, so ours is a larger part. */
const PATHS = { waiting: 1, pipelined: 4 } as const
export type ServerPath = keyof typeof PATHS
const PATH_NAMES = Object.keys(PATHS) as ServerPath[]

export interface ServerBenchOptions {
  /** Fresh processes per round. */
  readonly rounds: number
  /** Blocks per round and application; their order rotates. */
  readonly blocks: number
  /** Requests in one block. */
  readonly requests: number
  readonly warmUp: number
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

/** What one application costs, beside the one that it is compared with. */
export interface ServerRow {
  readonly bench: 'http-server'
  readonly path: ServerPath
  readonly variant: ServerVariant
  readonly comparedWith: ServerVariant | undefined
  /** CPU time of all threads per request in microseconds: the median of the rounds, and its interval. */
  readonly usPerRequest: Spread
  /** The ratio to what it is compared with: the median of the rounds, each of which is the median of its paired blocks, and its interval. */
  readonly ratio: Spread | undefined
  /** The largest ratio that meets the goal. */
  readonly atMost: number | undefined
}

/** The goal of both comparisons. */
const AT_MOST = 1.03

const COMPARED: Readonly<Partial<Record<ServerVariant, ServerVariant>>> = {
  ours: 'bare',
  'bare-compress': 'bare',
  'ours-compress': 'bare-compress',
}

/** An application or the load ended before it had answered. */
export class ServerBenchFailedError extends Error {
  override readonly name = 'ServerBenchFailedError'
  readonly code = 'HOMEOSTAT_BENCH_SERVER_FAILED'

  constructor(name: string, stderr: string) {
    const reason = stderr.split('\n').find(line => /^\w*Error\b/.test(line)) ?? stderr.trim().split('\n')[0] ?? ''
    super(`http-server: ${name} ended before it was done: ${reason}`)
  }
}

/** CPU microseconds per request by path and application, one value per block. */
type Blocks = Readonly<Record<ServerPath, Readonly<Record<ServerVariant, number[]>>>>

/**
 * All applications run at the same time and are loaded in turns, a tenth of a second each: what else happens on the machine
 * then falls on all of them alike. A round has processes of its own, since what the compiler makes of one and the same program differs by
 * more from process to process than within one.
 */
export async function runServerBench(options: ServerBenchOptions): Promise<ServerRow[]> {
  const rounds: Blocks[] = []
  for (let round = 0; round < options.rounds; round++) {
    options.onProgress(`http-server: round ${round + 1} of ${options.rounds}`)
    rounds.push(await measureRound(options))
  }
  return PATH_NAMES.flatMap(path => SERVER_VARIANTS.map(variant => rowOf(path, variant, rounds)))
}

function rowOf(path: ServerPath, variant: ServerVariant, rounds: readonly Blocks[]): ServerRow {
  const comparedWith = COMPARED[variant]
  return {
    bench: 'http-server',
    path,
    variant,
    comparedWith,
    usPerRequest: medianInterval(rounds.map(blocks => median(blocks[path][variant]))),
    ratio:
      comparedWith &&
      medianInterval(rounds.map(blocks => pairedRatio(blocks[path][variant], blocks[path][comparedWith]))),
    atMost: variant.startsWith('ours') ? AT_MOST : undefined,
  }
}

/** The median of the ratios of blocks that followed each other. */
export function pairedRatio(values: readonly number[], baseline: readonly number[]): number {
  return median(values.map((value, block) => value / baseline[block]!))
}

async function measureRound({ blocks, requests, warmUp, signal }: ServerBenchOptions): Promise<Blocks> {
  await using children = new Children(signal)
  const client = children.start('pipelining-client')
  const servers: { readonly variant: ServerVariant; readonly server: Child; readonly port: number }[] = []
  for (const variant of SERVER_VARIANTS) {
    const server = children.start('served-application', variant)
    const { port } = await server.next<{ port: number }>()
    servers.push({ variant, server, port })
  }
  const load = (port: number, path: ServerPath, count: number): Promise<{ requests: number }> =>
    client.ask({ port, requests: count, pipelined: PATHS[path] } satisfies LoadTask)
  for (const { port } of servers) for (const path of PATH_NAMES) await load(port, path, warmUp)

  const measured: Blocks = { waiting: noBlocks(), pipelined: noBlocks() }
  for (let block = 0; block < blocks; block++)
    for (const path of PATH_NAMES)
      for (let turn = 0; turn < servers.length; turn++) {
        const { variant, server, port } = servers[(block + turn) % servers.length]!
        const before = await server.ask<{ cpuUs: number }>('cpu')
        const { requests: served } = await load(port, path, requests)
        const after = await server.ask<{ cpuUs: number }>('cpu')
        measured[path][variant].push((after.cpuUs - before.cpuUs) / served)
      }
  for (const { variant, server } of servers) {
    const { hasMeasured } = await server.ask<{ hasMeasured: boolean }>('measured')
    if (!hasMeasured) throw new ServerBenchFailedError(variant, 'Error: it measured none of the requests')
  }
  return measured
}

function noBlocks(): Record<ServerVariant, number[]> {
  return { bare: [], ours: [], 'bare-compress': [], 'ours-compress': [] }
}

/** A child process that answers each message with one. */
class Child {
  readonly #process: ChildProcess
  readonly #name: string
  #stderr = ''

  constructor(name: string, child: ChildProcess) {
    this.#name = name
    this.#process = child
    child.stderr?.setEncoding('utf8').on('data', chunk => (this.#stderr += chunk))
  }

  ask<Answer>(message: object | ServedQuestion): Promise<Answer> {
    const answer = this.next<Answer>()
    this.#process.send(message)
    return answer
  }

  async next<Answer>(): Promise<Answer> {
    const waiting = new AbortController()
    try {
      return await Promise.race([
        once(this.#process, 'message', { signal: waiting.signal }).then(([answer]) => answer as Answer),
        once(this.#process, 'close', { signal: waiting.signal }).then(() => {
          throw new ServerBenchFailedError(this.#name, this.#stderr)
        }),
      ])
    } finally {
      waiting.abort()
    }
  }

  end(): void {
    this.#process.kill('SIGKILL')
  }
}

/** The processes of one round, which end with it. */
class Children implements AsyncDisposable {
  readonly #signal: AbortSignal
  readonly #children: Child[] = []
  readonly #end = (): void => this.#children.forEach(child => child.end())

  constructor(signal: AbortSignal) {
    signal.throwIfAborted()
    this.#signal = signal
    signal.addEventListener('abort', this.#end)
  }

  start(script: string, ...args: string[]): Child {
    const forked = fork(new URL(`${script}.ts`, import.meta.url), args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    const child = new Child(args[0] ?? script, forked)
    this.#children.push(child)
    return child
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#end)
    this.#end()
    this.#signal.throwIfAborted()
  }
}
