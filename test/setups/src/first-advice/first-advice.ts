import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { packTarballs, startPostgres, startRedis } from '@homeostat/services'
import { manifestOf, npmInstall } from '../install.ts'
import { LIBRARIES } from '../lines.ts'
import { fillOrders } from './orders.ts'

/** How long it took a newcomer, from `npm install` on. */
export interface FirstAdvice {
  readonly installMs: number
  /** From `npm install` until the advice is in the log. */
  readonly adviceMs: number
  /** The line of the log. */
  readonly text: string
}

const LONGEST_MS = 300_000
const CLIENTS = 3
const CUSTOMERS = 1000
const NEEDED = ['express', 'pg', 'ioredis', 'bullmq']

/** No advice came in time. */
export class NoAdviceError extends Error {
  override readonly name = 'NoAdviceError'

  constructor(printed: string) {
    super(`there was no advice within ${LONGEST_MS / 1000} s; the application printed:\n${printed}`)
  }
}

/** Installs a new application, starts it with one flag, uses it as its users would, and waits for the first advice. */
export async function firstAdvice(onProgress: (text: string) => void): Promise<FirstAdvice> {
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-first-advice-'))
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  try {
    onProgress('packing, and filling a table that lacks an index')
    const { paths } = await packTarballs(join(folder, 'tarballs'))
    await fillOrders(postgres.url, CUSTOMERS)
    const versions = Object.fromEntries(NEEDED.map(name => [name, LIBRARIES[name]!]))
    const application = join(folder, 'application')
    await cp(fileURLToPath(new URL('shop.mjs', import.meta.url)), join(application, 'shop.mjs'))
    await writeFile(
      join(application, 'package.json'),
      manifestOf({ ...versions, '@opentelemetry/api': '1.10.0' }, paths),
    )

    onProgress('npm install')
    const startedAt = performance.now()
    await npmInstall(application)
    const installMs = performance.now() - startedAt
    onProgress('node --import homeostat/register shop.mjs')
    const text = await adviceOf(application, { DATABASE_URL: postgres.url, REDIS_URL: redis.url })
    return { installMs, adviceMs: performance.now() - startedAt, text }
  } finally {
    await Promise.all([postgres.stop(), redis.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

async function adviceOf(cwd: string, servers: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'homeostat/register', 'shop.mjs'], {
    cwd,
    env: { PATH: process.env['PATH'], ...servers },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (printed += text))
  const closed = once(child, 'close')
  const stop = new AbortController()
  const clients = Array.from({ length: CLIENTS }, (_, n) =>
    use(() => /listening on (\d+)/.exec(printed)?.[1], n, stop.signal),
  )
  try {
    const until = performance.now() + LONGEST_MS
    while (performance.now() < until && child.exitCode === null) {
      const line = printed.split('\n').find(each => /^homeostat: .*advises:/.test(each))
      if (line !== undefined) return line
      await sleep(100)
    }
    throw new NoAdviceError(printed)
  } finally {
    stop.abort()
    child.kill('SIGKILL')
    await Promise.all([closed, ...clients])
  }
}

/** A user who looks at one customer after the other. */
async function use(port: () => string | undefined, first: number, signal: AbortSignal): Promise<void> {
  for (let customer = first; !signal.aborted; customer = (customer + CLIENTS) % CUSTOMERS) {
    const at = port()
    if (at === undefined) await sleep(50)
    else await fetch(`http://127.0.0.1:${at}/customers/${customer}/orders`, { signal }).catch(() => undefined)
  }
}
