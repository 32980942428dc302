import type { Domain, StateStoreCandidate } from '@homeostat/optimizer'
import { beforeEach, expect, it, vi } from 'vitest'
import { EngineInstrumentation } from '../../src/doors/engine-instrumentation.ts'
import type { Keeping } from '../../src/state/keeping.ts'
import { readHomeostatOptions } from '../../src/options/read-options.ts'
import { keepingOf } from '../../src/state/keeping.ts'
import type { HomeostatOptions } from '../../src/options/options.ts'
import { machine, Server } from '../life.ts'

let redis: Server
let postgres: Server

beforeEach(async () => {
  const on = await machine()
  redis = new Server(on, 'redis', 'cache')
  postgres = new Server(on, 'postgres', 'shop')
})

function keeping(options: HomeostatOptions, service: string | undefined = 'shop'): Keeping {
  const { faults } = new EngineInstrumentation().registry
  const candidates = (): StateStoreCandidate[] => [redis.candidate, postgres.candidate]
  const domain: Domain = { name: 'servers', stateStores: candidates }
  return keepingOf(
    {
      options: readHomeostatOptions({ environment: {}, ...options }).options,
      domains: [[domain, undefined]],
      faults,
    },
    service,
  )
}

const kinds = ({ places }: Keeping): string[] => (places?.now() ?? []).map(({ name }) => name.split(' ')[0]!)

it.each<[HomeostatOptions, string[]]>([
  [{}, []],
  [{ mode: 'act' }, []],
  [{ stateStore: 'redis' }, ['cache']],
  [{ stateStore: 'postgres' }, ['shop']],
  [{ stateStore: 'redis', stateDir: '/var/lib/app' }, ['cache', 'file']],
  [{ stateStore: 'file' }, ['file']],
  [{ stateDir: '/var/lib/app' }, ['file']],
  [{ environment: { HOMEOSTAT_STATE_DIR: '/var/lib/app' } }, ['file']],
])('2-73: %j keeps what was learned in %j', (options, expected) => {
  expect(kinds(keeping(options))).toEqual(expected)
})

it.each<HomeostatOptions>([{ stateStore: 'redis' }, { stateStore: 'file' }, { stateDir: '/var/lib/app' }])(
  '2-72: a service without a name keeps nothing with %j, and the report says why',
  options => {
    const { folder, learned, places } = keepingOf(
      { options: { environment: {}, ...options }, domains: [], faults: new EngineInstrumentation().registry.faults },
      undefined,
    )
    expect([folder, places]).toEqual([undefined, undefined])
    expect(learned).toBe('not kept: the service has no name, set OTEL_SERVICE_NAME or the option service')
  },
)

it('names the folder of the evidence only where somebody has named one', () => {
  expect(keeping({}).folder).toBeUndefined()
  expect(keeping({ stateStore: 'redis' }).folder).toBeUndefined()
  expect(keeping({ stateDir: '/var/lib/app' }).folder).toMatch(/^\/var\/lib\/app\/shop/)
})

it('takes no folder from a variable that is not a path', () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  expect(kinds(keeping({ environment: { HOMEOSTAT_STATE_DIR: 'a\0b' } }))).toEqual([])
  expect(keeping({ stateStore: 'file', environment: { HOMEOSTAT_STATE_DIR: 'a\0b' } }).folder).not.toContain('a\0b')
})
