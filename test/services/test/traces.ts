import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis as RedisClient } from 'ioredis'
import { Client } from 'pg'

/** What a running server has on the machine. */
export interface Traces {
  readonly folder: string
  readonly pid: number
}

export async function query<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

export async function postgresTraces(url: string): Promise<Traces> {
  const [row] = await query<{ data_directory: string }>(url, 'SHOW data_directory')
  const data = row?.data_directory ?? ''
  const pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0])
  return { folder: dirname(data), pid }
}

export async function redisTraces(url: string): Promise<Traces> {
  const client = new RedisClient(url)
  const reply: unknown = await client.config('GET', 'dir')
  const folder = Array.isArray(reply) ? String(reply[1]) : ''
  const pid = Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1])
  client.disconnect()
  return { folder, pid }
}

/** Whether a process runs; one that only waits to be collected by its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const file = `/proc/${pid}/stat`
  if (!existsSync('/proc/self/stat')) return true
  try {
    return !/\) Z /.test(readFileSync(file, 'utf8'))
  } catch {
    // It ended in between.
    return false
  }
}

/** What is left of these servers; empty when everything is gone. Gives a busy machine time. */
export async function leftovers(traces: readonly Traces[], limitMs: number): Promise<string[]> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const left = traces.flatMap(({ folder, pid }) => [
      ...(isRunning(pid) ? [`process ${pid}`] : []),
      ...(existsSync(folder) ? [`folder ${folder}`] : []),
    ])
    if (left.length === 0 || performance.now() > deadline) return left
    await delay(20)
  }
}
