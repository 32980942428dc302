import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findFreePort, type Prometheus, startPrometheus, startRedis } from '@homeostat/services'
import { expect, test } from 'vitest'
import type { FiringAlert } from '../../src/backends/observed-application.ts'

const script = fileURLToPath(new URL('../../src/backends/observed-application.ts', import.meta.url))
const command = fileURLToPath(new URL('../../../../packages/homeostat/dist/cli/cli.js', import.meta.url))

async function exported(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [command, 'rules', 'export', ...args])
  return stdout
}

const config = (port: number): string => `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs:
  - { job_name: observed, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }
`

/** One line an alert that fires: its name and labels, without those by which a server tells processes apart. */
const lines = (alerts: readonly FiringAlert[]): string[] =>
  alerts
    .map(({ alert, labels: { alertname: _, alertstate: __, __name__: ___, job: ____, instance: _____, ...labels } }) =>
      JSON.stringify([
        alert,
        ...Object.keys(labels)
          .toSorted()
          .map(name => `${name}=${labels[name]}`),
      ]),
    )
    .toSorted()

async function firingIn(prometheus: Prometheus): Promise<string[]> {
  const query = encodeURIComponent('ALERTS{alertstate="firing"}')
  const answer = await fetch(`${prometheus.address}/api/v1/query?query=${query}`)
  const { data } = (await answer.json()) as { data: { result: { metric: Record<string, string> }[] } }
  return lines(data.result.map(({ metric }) => ({ alert: metric['alertname']!, labels: metric })))
}

test('Prometheus scrapes the process, and the exported rules fire and end there as they do in the process', async () => {
  await using redis = await startRedis()
  const port = await findFreePort()
  await using prometheus = await startPrometheus({ config: config(port), rules: await exported() })
  const environment = { ...process.env, PORT: String(port), REDIS_URL: redis.url }
  const child = spawn(process.execPath, [script], { env: environment, stdio: ['pipe', 'pipe', 'inherit'] })
  const output = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ask = async (line: string): Promise<string[]> => {
    child.stdin.write(`${line}\n`)
    const { value } = await output.next()
    return lines(JSON.parse(value as string) as FiringAlert[])
  }
  try {
    expect((await output.next()).value).toBe('ready')
    // Both evaluate each second, at moments of their own: they agree once nothing changes any more.
    const agree = async (alerts: readonly string[]): Promise<void> => {
      const deadline = Date.now() + 150_000
      for (;;) {
        const [here, there] = [await ask('alerts'), await firingIn(prometheus)]
        const names = here.map(line => (JSON.parse(line) as [string])[0])
        if (JSON.stringify(names) === JSON.stringify(alerts) && JSON.stringify(here) === JSON.stringify(there)) return
        if (Date.now() > deadline) expect({ here, there }).toEqual({ here: alerts, there: here })
        await sleep(1000)
      }
    }
    await agree(['CacheHitRatioLow', 'EventLoopDelayed'])
    // Still so after a while.
    await sleep(5000)
    await agree(['CacheHitRatioLow', 'EventLoopDelayed'])
    await ask('well')
    await agree([])
  } finally {
    child.stdin.end()
    await once(child, 'exit')
  }
})

test('a server accepts the rules with the names and labels of OTLP as well', async () => {
  const rules = await exported('--names=UnderscoreEscapingWithSuffixes', '--label=job=shop')
  await using prometheus = await startPrometheus({ config: 'rule_files: [rules.yml]\n', rules })
  const answer = await fetch(`${prometheus.address}/api/v1/rules`)
  const { data } = (await answer.json()) as { data: { groups: { rules: { query: string; health: string }[] }[] } }
  const queries = data.groups.flatMap(group => group.rules.map(({ query }) => query))
  expect(queries.length).toBeGreaterThan(5)
  for (const query of queries) expect(query).toContain('job="shop"')
})
