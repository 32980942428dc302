import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { backtest, openPrometheus } from '@homeostat/optimizer/backtest'
import { debianProgram, findFreePort } from '@homeostat/services'
import { afterAll, beforeAll, expect, test } from 'vitest'

const START = Date.UTC(2026, 0, 1)
const STEP_MS = 15_000
const HOURS = 3

const programs = [
  {
    rules: [
      { alert: 'Deep', expr: 'sum by (job) (queue_depth) > 100', for: '1m' },
      { alert: 'Failing', expr: 'rate(errors_total[5m]) > 1' },
      { alert: 'Gone', expr: 'absent(queue_depth{queue="b"})' },
    ],
    responses: [{ to: { alert: 'Deep' }, action: 'queue.drain', priority: 'slo' as const }],
  },
]

/** Three hours: deep in the second quarter of an hour, failing in the third, and one queue gone in the last hour. */
function history(): string {
  const lines: string[] = ['# TYPE queue_depth gauge']
  const times = Array.from({ length: (HOURS * 3_600_000) / STEP_MS }, (_, index) => index * STEP_MS)
  const quarter = (ms: number): number => Math.floor(ms / 900_000)
  for (const queue of ['a', 'b'])
    for (const ms of times)
      if (queue === 'a' || ms < 2 * 3_600_000)
        lines.push(`queue_depth{job="mail",queue="${queue}"} ${quarter(ms) === 1 ? 80 : 10} ${(START + ms) / 1000}`)
  lines.push('# TYPE errors counter')
  let errors = 0
  for (const ms of times)
    lines.push(`errors_total{job="mail"} ${(errors += quarter(ms) === 2 ? 60 : 1)} ${(START + ms) / 1000}`)
  return `${lines.join('\n')}\n# EOF\n`
}

let folder: string
let server: ChildProcess | undefined
let found: { readonly address: string } | { readonly missing: string }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-prometheus-'))
  try {
    found = { address: await startPrometheus() }
  } catch (error) {
    found = { missing: `no Prometheus to ask: ${String(error)}` }
    console.warn(found.missing)
  }
})
afterAll(async () => {
  if (server && server.exitCode === null) {
    server.kill()
    await once(server, 'exit')
  }
  await rm(folder, { recursive: true })
})

/** A Prometheus of Debian's with the history in its storage. */
async function startPrometheus(): Promise<string> {
  const [prometheus, promtool] = [
    await debianProgram('prometheus', 'prometheus'),
    await debianProgram('prometheus', 'promtool'),
  ]
  await writeFile(join(folder, 'history.txt'), history())
  await writeFile(join(folder, 'prometheus.yml'), 'global: { scrape_interval: 1h }\n')
  const filled = spawn(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', 'history.txt', 'data'], { cwd: folder })
  const [code] = (await once(filled, 'exit')) as [number]
  if (code !== 0) throw new Error(`promtool could not fill the storage, exit code ${code}`)
  const port = await findFreePort()
  const options = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', '--storage.tsdb.retention.time=100y']
  server = spawn(prometheus, [...options, `--web.listen-address=127.0.0.1:${port}`], { cwd: folder, stdio: 'ignore' })
  const address = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 100; tries++) {
    const ready = await fetch(`${address}/-/ready`).catch(() => undefined)
    if (ready?.ok) return address
    await sleep(200)
  }
  throw new Error('it did not get ready within 20 s')
}

test(
  'what a real Prometheus has recorded fires, and leads to actions, as it would have',
  { timeout: 60_000 },
  async ({ skip }) => {
    if ('missing' in found) return skip(found.missing)
    const endMs = START + HOURS * 3_600_000 - STEP_MS
    const bounds = { startMs: START, endMs }
    const source = await openPrometheus(found.address, { programs, ...bounds, stepMs: STEP_MS })
    const [result] = await backtest({ source, programs, ...bounds })

    expect(result).toMatchObject({ ticks: HOURS * 240, failures: [], rejected: [], quiet: [] })
    const minutes = result!.firings.map(({ alert, from, until = endMs }) => [
      alert,
      (from - START) / 60_000,
      (until - START) / 60_000,
    ])
    const [deep, failing, gone] = ['Deep', 'Failing', 'Gone'].map(name => minutes.filter(([alert]) => alert === name))
    expect(deep).toEqual([['Deep', 16, 30]])
    // 60 errors each 15 s are 4 a second; a quarter of five minutes of that is 1.
    expect(failing).toHaveLength(1)
    expect(failing![0]![1]).toBeGreaterThanOrEqual(31)
    expect(failing![0]![1]).toBeLessThanOrEqual(32)
    // The range API looks back five minutes, as every query does.
    expect(gone).toHaveLength(1)
    expect(gone![0]![1]).toBeGreaterThan(120)
    expect(gone![0]![1]).toBeLessThanOrEqual(126)
    expect(result!.actions[0]).toMatchObject({ action: 'queue.drain', at: START + 16 * 60_000 })
  },
)

test('its refusals are passed on', async ({ skip }) => {
  if ('missing' in found) return skip(found.missing)
  const wrong = [{ rules: [{ alert: 'A', expr: '{"a.b"} > 1' }], responses: [] }]
  const opened = openPrometheus(found.address, { programs: wrong, startMs: START, endMs: START + 60_000 })
  // Prometheus before 3.0 knows no quoted names; a newer one has no such series.
  await opened.then(
    source => expect([...(source.snapshots() as Iterable<unknown>)].length).toBeGreaterThan(0),
    error =>
      expect(error).toMatchObject({ code: 'HOMEOSTAT_PROMETHEUS_ERROR', message: expect.stringContaining('bad_data') }),
  )
})
