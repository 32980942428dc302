import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { definitions } from '../../src/domains/domain-definitions.ts'
import type { Action, Response } from '../../src/index.ts'
import { enable, heardHomeostat, reader } from './heard-homeostat.ts'

const start = heardHomeostat()
const always = { alert: 'Always', expr: 'vector(1)' }
const index: Action = {
  name: 'index.look',
  kind: 'advice',
  scope: 'process',
  touches: [],
  raises: [],
  lowers: [],
  risk: 0,
  run: async () => ({
    summary: 'looked',
    effects: { statements: 1 },
    advice: [{ what: 'create an index', why: 'it reads all rows', statement: 'CREATE INDEX ON orders (customer_id)' }],
  }),
}
const look: Response = { to: { alert: 'Always' }, action: 'index.look', priority: 'efficiency' }

it('2-71: the start line names the mode, the service, the watched packages, the readers and what is not watched', async () => {
  const { h, lines, ticks } = start({ service: 'shop', bullmq: false })
  h.attach(reader())
  enable(h)
  h.instrumentations.at(-1)!.disable()
  await ticks(2)
  expect(lines).toHaveLength(1)
  const watched = definitions.map(([name]) => name).filter(name => name !== 'bullmq' && name !== 'forecast')
  const listed = `${watched.slice(0, -1).join(', ')} and ${watched.at(-1)}`
  expect(watched).toEqual(expect.arrayContaining(['runtime', 'cache', 'ioredis', 'pg']))
  expect(lines[0]?.replace(/\d+\.\d+\.\d+/, '0.0.0')).toBe(
    `homeostat: 0.0.0 started in mode advise for service shop; watches ${listed}; attached to PrometheusExporter; not registered: forecast; learned state is not kept: set stateDir or stateStore`,
  )
})

it('2-71: an alert is one line, and alerts() lists it with what is done about it', async () => {
  const { h, lines, ticks } = start({ rules: [always] })
  enable(h)
  expect(h.alerts()).toEqual([])
  await ticks(3)
  expect(lines.filter(line => line.includes('Always'))).toEqual([
    'homeostat: Always is firing (value 1): no response answers it, so nothing is done',
  ])
  expect(h.alerts().filter(({ alert }) => alert === 'Always')).toMatchObject([
    { alert: 'Always', state: 'firing', value: 1, since: expect.stringMatching(/^\d{4}-/) },
  ])
})

it('2-70: the whole advice is in the log, in explain, and in the report', async () => {
  const { h, lines, ticks } = start({ rules: [always], actions: [index], responses: [look] })
  await ticks(2)
  const text = 'create an index, because it reads all rows; run: CREATE INDEX ON orders (customer_id)'
  expect(lines.join('\n')).toContain(text)
  expect(h.explain('Always')?.line).toContain(text)
  expect(String(h.report())).toContain(text)
  expect(JSON.parse(JSON.stringify(h.report()))).toMatchObject({
    advice: [{ action: 'index.look', alert: 'Always', times: 1, statement: 'CREATE INDEX ON orders (customer_id)' }],
  })
})

it('the report is one text and one JSON document with every part', async () => {
  const { h, ticks } = start({
    rules: [always],
    knobs: [
      {
        name: 'crawler.concurrency',
        scope: 'process',
        bounds: { min: 1, max: 8 },
        read: () => 4,
        compareAndSet: () => true,
      },
    ],
  })
  enable(h)
  await ticks(1)
  const parts = ['watched', 'findings', 'alerts', 'advice', 'trials', 'evidence', 'knobs', 'kept']
  const lines = String(h.report()).split('\n')
  for (const part of parts) expect(lines.some(line => line.startsWith(`${part}:`))).toBe(true)
  const json = JSON.parse(JSON.stringify(h.report())) as Record<string, unknown>
  for (const part of [...parts, 'forecasts']) expect(json[part]).toBeInstanceOf(Array)
  expect(json['knobs']).toEqual(
    expect.arrayContaining([
      {
        name: 'crawler.concurrency',
        scope: 'process',
        mode: 'advise',
        isAdjusted: false,
        setBy: { who: 'the application' },
        min: 1,
        max: 8,
        actions: ['crawler.concurrency'],
        // It lives outside of the process, so it is not read for a report.
      },
      expect.objectContaining({ name: 'cache.limit', min: 0.5, max: 1, value: 1 }),
    ]),
  )
  for (const what of ['what was learned', 'evidence of trials', 'quiet levels of guards'])
    expect(json['kept']).toContainEqual({ what, where: expect.stringContaining('not kept') })
})

it('a report may be asked for before the first tick, and after the end', async () => {
  const { h } = start()
  expect(h.report()).toMatchObject({ mode: 'advise', alerts: [], findings: [] })
  await h.stop()
  expect(String(h.report())).toContain('all actions are stopped by stop()')
})

it.each([
  ['a file', (path: string) => writeFileSync(path, '')],
  ['a link to nowhere', (path: string) => symlinkSync(join(path, 'nowhere'), path)],
])('does not claim to keep anything in a state folder that is %s', async (_, make) => {
  const top = mkdtempSync(join(tmpdir(), 'homeostat-report-'))
  const stateDir = join(top, 'state')
  make(stateDir)
  const { h, lines } = start({ service: 'shop', stateDir, autoStart: true, intervalMs: 20 })
  await vi.waitFor(
    () => expect(lines.join('\n')).toMatch(/nothing is kept in the state folder: .* cannot be used/),
    10_000,
  )
  rmSync(top, { recursive: true })
  expect(lines.find(line => line.includes('started in mode'))).toMatch(
    /learned state is not kept: .*state.* cannot be used: .*; give stateDir a folder of your own$/,
  )
  const where = Object.fromEntries(h.report().kept.map(kept => [kept.what, kept.where]))
  expect(where['what was learned']).toMatch(/^not kept: .* cannot be used/)
  expect(where['evidence of trials']).toMatch(/^not kept: .* cannot be used/)
  expect(where['quiet levels of guards']).toMatch(/^not kept: .* cannot be used/)
})

it('writes one line where a name holds line breaks and escapes', async () => {
  const { h, lines, ticks } = start({ service: 'shop\nhomeostat: all is well\u001B[31m' })
  enable(h)
  await ticks(1)
  expect(lines[0]).toContain('for service shop homeostat: all is well [31m; watches')
  expect(String(h.report())).toContain('service: shop homeostat: all is well [31m (from')
})

it('does not begin again after stop()', async () => {
  const { h, lines } = start({ intervalMs: 10 })
  await h.stop()
  h.start()
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(lines).toEqual([])
})
