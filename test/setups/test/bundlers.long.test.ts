import { startPostgres, startRedis, type Postgres, type Redis } from '@homeostat/services'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle, type Bundler, type Format } from '../src/bundlers.ts'
import { installed, removeTarballs } from '../src/install.ts'
import { LIBRARIES, LINES } from '../src/lines.ts'
import type { Observation } from '../src/observation.ts'
import { runSetup, type SetupResult } from '../src/setup-run.ts'

const ALERT = 'TooManyOrders'
/** The SDK's documentation asks to leave it outside of bundles. */
const SDK = ['@opentelemetry/sdk-node']
const DATABASE = 'db.client.operation.duration'
const LOOKUPS = 'homeostat.cache.requests'
const QUEUES = 'bullmq.queue.jobs'

let folder: string
let postgres: Postgres
let redis: Redis
beforeAll(async () => {
  folder = await installed('sdk-3', { ...LINES['sdk-3'], ...LIBRARIES })
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterAll(async () => {
  await Promise.all([postgres?.stop(), redis?.stop(), removeTarballs()])
})

const run = (
  command: readonly string[],
  isEnough: (observation: Observation) => boolean,
  variables: Record<string, string> = {},
): Promise<SetupResult> =>
  runSetup({
    folder,
    command,
    isEnough,
    variables: { DATABASE_URL: postgres.url, REDIS_URL: redis.url, ...variables },
  })

const BUNDLERS: readonly Bundler[] = ['esbuild', 'webpack', 'rollup']
const FORMATS: readonly Format[] = ['cjs', 'esm']

describe.each(BUNDLERS.flatMap(bundler => FORMATS.map(format => ({ bundler, format }))))(
  'an application that $bundler has bundled as $format with every library in it',
  ({ bundler, format }) => {
    const outfile = `out/${bundler}.${format === 'esm' ? 'mjs' : 'cjs'}`
    beforeAll(() => bundle({ folder, bundler, format, entry: 'bundled.mjs', outfile, external: SDK }))

    it('is measured once it hands its objects over', async () => {
      const isEnough = ({ ours, firing }: Observation): boolean =>
        [DATABASE, LOOKUPS, QUEUES].every(name => ours.has(name)) && firing.has(ALERT)
      const { isComplete, observation, printed } = await run([outfile], isEnough, { OBSERVE: '1' })
      expect(isComplete, `${[...observation.ours].join()}\n${printed}`).toBe(true)
      expect(printed).not.toContain('inside a bundle')
    })

    it('is not measured without, and one line says what to do', async () => {
      const { observation, printed } = await run([outfile], ({ firing }) => firing.has(ALERT))
      expect(observation.firing, printed).toContain(ALERT)
      expect(observation.ours).not.toContain(DATABASE)
      expect(printed).toContain(
        'pg: it is inside a bundle, where no hook finds it: hand its objects over, h.observe({ pg: pool })',
      )
    })
  },
)

it('a Next-like server bundle, with one flag and the application handing its objects over', async () => {
  const common = { folder, bundler: 'webpack', format: 'cjs', external: [...SDK, 'homeostat'] } as const
  for (const name of ['instrumentation', 'page'])
    await bundle({ ...common, entry: `next/${name}.mjs`, outfile: `next/out/${name}.cjs` })
  const command = ['--import', 'homeostat/register', 'next/server.cjs']
  const isEnough = ({ ours, firing }: Observation): boolean =>
    [DATABASE, LOOKUPS].every(name => ours.has(name)) && firing.has(ALERT)
  const { isComplete, printed, observation } = await run(command, isEnough)
  expect(isComplete, printed).toBe(true)
  const without = await run(['next/server.cjs'], ({ counters }) => counters.size > 4)
  expect([...observation.foreign].toSorted()).toEqual([...without.observation.foreign].toSorted())
})

// Scraped: the OTLP exporter of SDK 3 imports http dynamically, which plain Jest refuses.
it('a plain Jest test', async () => {
  const has = (ours: ReadonlySet<string>, name: RegExp): boolean => [...ours].some(each => name.test(each))
  const { isComplete, printed } = await runSetup({
    folder,
    command: ['../node_modules/jest/bin/jest.js', '--config', 'jest/jest.config.json', '--runInBand'],
    reading: 'pull',
    variables: { DATABASE_URL: postgres.url, REDIS_URL: redis.url },
    isEnough: ({ ours, firing }) =>
      has(ours, /^db_client_operation_duration/) && has(ours, /^homeostat_cache_requests/) && firing.has(ALERT),
  })
  expect(isComplete, printed).toBe(true)
})
