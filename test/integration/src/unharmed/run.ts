// Runs every case in this process, with Homeostat or without it, and prints the transcripts as JSON.
import { createRequire } from 'node:module'
import { homeostat } from 'homeostat'
import { cacheCases } from './cache-cases.ts'
import { pgCases } from './pg-cases.ts'
import { queueCases } from './queue-cases.ts'
import { redisCases } from './redis-cases.ts'
import { Transcript, type Libraries } from './transcript.ts'

const [how = '', postgresUrl = '', redisUrl = '', only = 'null'] = process.argv.slice(2)
/** The names of the cases to run; null for all. */
const chosen = JSON.parse(only) as readonly string[] | null
Error.stackTraceLimit = 60
const require = createRequire(import.meta.url)

const begin = (): unknown =>
  how === 'without' || how === 'planted'
    ? undefined
    : homeostat({
        mode: 'act',
        service: 'unharmed',
        warmUpMs: 0,
        intervalMs: 100,
        killSignal: false,
        bullmq: { pollIntervalMs: 20 },
        pg: { slowQueryThresholdMs: 0 },
        cache: { resizable: () => true },
      })

if (how !== 'after') begin()
const load = (name: string): never => require(name) as never
const { hostname, port } = new URL(redisUrl)
const libraries: Libraries = {
  pg: load('pg'),
  pgCopy: load('pg-8.11'),
  ioredis: load('ioredis'),
  ioredis5: load('ioredis-5'),
  bullmq: load('bullmq'),
  bullmq5: load('bullmq-5'),
  lru: load('lru-cache'),
  lru113: load('lru-cache-11.3'),
  postgresUrl,
  redisUrl,
  redis: { host: hostname, port: Number(port) },
  prefix: crypto.randomUUID().slice(0, 8),
}
if (how === 'after') begin()
// A harm that the comparison has to find: a wrapper that costs a turn of the event loop.
if (how === 'planted') {
  const { prototype } = libraries.pg.Client as unknown as { prototype: { query(...args: unknown[]): unknown } }
  const original = prototype.query
  prototype.query = async function query(...args) {
    await Promise.resolve()
    return original.apply(this, args)
  }
}

let transcript = new Transcript()
process.on('unhandledRejection', error => transcript.log('unhandled rejection', error))
process.on('uncaughtException', error => transcript.log('uncaught exception', error))

const transcripts: Record<string, readonly string[]> = {}
for (const { name, run } of [...pgCases, ...redisCases, ...queueCases, ...cacheCases]) {
  if (chosen !== null && !chosen.includes(name)) continue
  transcript = new Transcript()
  const own = transcript
  // A case that hangs must not take the others with it.
  const deadline = new Promise<never>((_, reject) => setTimeout(reject, 8_000, new Error('it hangs')).unref())
  try {
    await Promise.race([run(own, libraries), deadline])
  } catch (error) {
    own.log('the case fails', error)
  }
  transcripts[name] = own.lines.map(line => line.replaceAll(libraries.prefix, 'PREFIX'))
}
process.stdout.write(JSON.stringify(transcripts), () => process.exit())
