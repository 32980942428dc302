import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findFreePort } from '@homeostat/services'
import { expect, test } from 'vitest'

const source = (path: string): string => fileURLToPath(new URL(`../src/register/${path}`, import.meta.url))

/** The SDK lines that people have, each with its own copy of the API. */
const LINES = ['sdk-2-0', 'sdk-2', 'sdk-3'] as const
const STARTS = ['before Homeostat', 'after Homeostat', 'in the application'] as const
const OURS = ['--import', 'homeostat/register']

interface Outcome {
  readonly sawProvider: boolean
  /** What Prometheus scrapes. */
  readonly text: string
  readonly alerts: readonly string[]
  readonly attachedTo?: readonly string[]
  readonly findings?: readonly { readonly key: string; readonly text: string }[]
}

async function run(line: string, starts: string, variables: Record<string, string> = {}): Promise<Outcome> {
  const folder = fileURLToPath(new URL(`../../${line}/package.json`, import.meta.url))
  const sdk = ['--import', source('sdk.mjs')]
  const isOurs = variables['WITHOUT'] === undefined
  const flags = {
    'before Homeostat': [...sdk, ...(isOurs ? OURS : [])],
    'after Homeostat': [...(isOurs ? OURS : []), ...sdk],
    'in the application': isOurs ? OURS : [],
  }[starts]!
  const env = {
    PATH: process.env['PATH'],
    SDK_FOLDER: folder,
    SDK_STARTS: starts,
    OTEL_SERVICE_NAME: 'shop',
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await findFreePort()),
    HOMEOSTAT_INTERVAL_MS: '200',
    HOMEOSTAT_LOG: 'false',
    AWAITED: 'TooManyOrders',
    HOMEOSTAT_RULE_FILES: source('rules.yml'),
    ...variables,
  }
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, source('application.mjs')], {
    env,
    cwd: source('.'),
  })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Outcome
}

/** Series of others, without values. */
function foreign({ text }: Outcome): string[] {
  const lines = text.split('\n').filter(line => line.startsWith('shop_'))
  return lines.map(line => line.replace(/ \S+$/, '')).toSorted()
}

const cases = LINES.flatMap(line => STARTS.map(starts => [line, starts] as const))

test.each(cases)(
  '%s, which starts %s: the flag alone exports our series and rules read those of the application',
  async (line, starts) => {
    const [own, without] = [await run(line, starts), await run(line, starts, { WITHOUT: '1' })]
    expect(own.attachedTo).toEqual(['PrometheusExporter'])
    expect(own.text).toMatch(/^nodejs_eventloop_delay/m)
    expect(own.alerts).toContain('TooManyOrders')
    expect(foreign(own)).toEqual(foreign(without))
    expect(foreign(own).length).toBeGreaterThan(3)
    expect(own.sawProvider).toBe(without.sawProvider)
    // The first tick may come before the SDK.
    const unexpected = own.findings!.filter(({ key }) => key !== 'hidden API' && key !== 'late SDK')
    expect(unexpected).toEqual([])
  },
)

test('a disabled process loads nothing of Homeostat', async () => {
  const { attachedTo, alerts, text } = await run('sdk-3', 'after Homeostat', { HOMEOSTAT_DISABLED: '1' })
  expect(attachedTo).toBeUndefined()
  expect(alerts).toEqual([])
  expect(text).toMatch(/^shop_orders_total/m)
  expect(text).not.toMatch(/^(?:homeostat|nodejs)/m)
})

test('where the readers are not wanted, our series go through the Meter, and rules read ours only', async () => {
  const { attachedTo, text, findings } = await run('sdk-3', 'before Homeostat', {
    HOMEOSTAT_ATTACH_READERS: 'false',
    HOMEOSTAT_RULE_FILES: source('own-rules.yml'),
    AWAITED: 'Runs',
  })
  expect(attachedTo).toEqual([])
  expect(text).toMatch(/^nodejs_eventloop_delay/m)
  expect(findings!.map(({ text: found }) => found).join()).toContain("rules read Homeostat's own metrics only")
})
