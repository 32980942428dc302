import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { metricsIn, OtlpReceiver, pointsOf, resourceOf, type OtlpRequest } from '../src/index.ts'

const source = (name: string): string => fileURLToPath(new URL(`../src/applications/${name}`, import.meta.url))
const OURS = ['--import', import.meta.resolve('homeostat/register')]

let receiver: OtlpReceiver
let folder: string

beforeEach(async () => {
  receiver = await OtlpReceiver.start()
  folder = mkdtempSync(join(tmpdir(), 'homeostat-config-file-'))
})
afterEach(async () => {
  expect(receiver.problems).toEqual([])
  await receiver[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

interface Run {
  readonly flags?: readonly string[]
  readonly application?: string
  readonly variables?: Record<string, string>
  /** The standard input. */
  readonly input?: string
}

async function run({ flags = OURS, application, variables, input }: Run = {}): Promise<string> {
  const main = application ?? source('measured.mjs')
  const running = promisify(execFile)(process.execPath, [...flags, main], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      OTEL_CONFIG_FILE: source('otel.yaml'),
      RECEIVER: receiver.endpoint,
      RUNS_MS: '1500',
      ...variables,
    },
  })
  running.child.stdin?.end(input)
  const { stdout, stderr } = await running
  expect(stdout).toContain('done')
  // The SDK's own logger of `diag` writes there.
  expect(stdout).not.toContain('homeostat: ')
  return stderr
}

const requests = (): OtlpRequest[] => receiver.received.map(({ request }) => request)

test('the SDK of the application starts from OTEL_CONFIG_FILE, and its readers carry our metrics', async () => {
  const stderr = await run()
  expect(stderr.match(/no SDK was started, so Homeostat started the one of OTEL_CONFIG_FILE/g)).toHaveLength(1)
  expect(stderr).toContain('attached to PeriodicExportingMetricReader')
  expect(metricsIn(requests(), 'shop.orders').flatMap(pointsOf).length).toBeGreaterThan(1)
  expect(metricsIn(requests(), 'nodejs.eventloop.utilization').length).toBeGreaterThan(0)
  expect(resourceOf(requests()[0]!)['service.name']).toBe('shop')
})

test('an application that ends at once has its last export', async () => {
  await run({ variables: { RUNS_MS: '10' } })
  expect(metricsIn(requests(), 'shop.orders').flatMap(pointsOf)).not.toEqual([])
})

test.each(['0', '300'])('where another flag starts an SDK, ours does not (after %s ms)', async OTHER_AFTER_MS => {
  const flags = [...OURS, '--import', source('other-sdk.mjs')]
  const stderr = await run({ flags, variables: { OTHER_AFTER_MS } })
  expect(stderr).not.toContain('OTEL_CONFIG_FILE')
  expect(receiver.received).toEqual([])
})

test.each(['measured.mjs', 'required.cjs'])(
  'where another flag starts none, ours does, before %s',
  async application => {
    const flags = [...OURS, '--import', 'data:text/javascript,']
    await run({ flags, application: source(application), variables: { RUNS_MS: '10' } })
    expect(metricsIn(requests(), 'shop.orders').flatMap(pointsOf)).not.toEqual([])
  },
)

test('without @opentelemetry/sdk-node in the application, one line says what to install', async () => {
  const application = join(folder, 'short.mjs')
  cpSync(source('short.mjs'), application)
  const stderr = await run({ application })
  expect(stderr.match(/npm install @opentelemetry\/sdk-node/g)).toHaveLength(1)
  expect(receiver.received).toEqual([])
})

test('where another flag starts none, and the application is the standard input, ours is looked for', async () => {
  const flags = [...OURS, '--import', 'data:text/javascript,']
  const stderr = await run({ flags, application: '-', input: 'console.log("done")' })
  expect(stderr).toContain('npm install @opentelemetry/sdk-node')
})

/** An application with the packages of a line of the SDK. */
function applicationOn(line: string): string {
  symlinkSync(fileURLToPath(new URL(`../../${line}/node_modules`, import.meta.url)), join(folder, 'node_modules'))
  const application = join(folder, 'required.cjs')
  cpSync(source('required.cjs'), application)
  return application
}

test('SDK 2 starts from the file as well', async () => {
  const stderr = await run({ application: applicationOn('sdk-2') })
  expect(stderr).toContain('attached to PeriodicExportingMetricReader')
  expect(metricsIn(requests(), 'shop.orders').flatMap(pointsOf)).not.toEqual([])
  expect(metricsIn(requests(), 'nodejs.eventloop.utilization')).not.toEqual([])
})

test('an SDK that is too old to read the file is named in one line', async () => {
  const stderr = await run({ application: applicationOn('sdk-2-0') })
  expect(stderr.match(/too old to read it/g)).toHaveLength(1)
})

test('a file that cannot be used gives one line of ours, without its text', async () => {
  const stderr = await run({ variables: { OTEL_CONFIG_FILE: source('short.mjs') } })
  const ours = stderr.split('\n').filter(line => line.startsWith('homeostat: ') && line.includes('OTEL_CONFIG_FILE'))
  expect(ours).toEqual([expect.stringContaining('the SDK did not start from OTEL_CONFIG_FILE')])
  expect(ours.join('\n')).not.toContain('RUNS_MS')
})
