import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startPostgres, startRedis } from '@homeostat/services'
import { expect, it } from 'vitest'
import { Operator } from '../src/demo/operator.ts'
import { startMerchant } from '../src/load/merchant.ts'
import { start } from './main-process.ts'

const KNOB = 'queue.concurrency.webhook'
/** How many orders are announced at the same time; the merchant takes a second for each. */
const ANNOUNCED = 'sum(bullmq_queue_jobs{bullmq_queue_name="webhook",bullmq_queue_jobs_state="active"})'
const cli = fileURLToPath(new URL('../node_modules/homeostat/dist/cli/cli.js', import.meta.url))
const REDIS_PREFIX = 'shop-prove:'
/** More than the two at a time that the shop announces. */
const ORDER_EVERY_MS = 300

/** Orders until the signal is aborted. */
async function orders(url: string, { signal }: AbortController): Promise<void> {
  const body = JSON.stringify({ customerId: 1, productId: 1 })
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal }
  while (!signal.aborted) {
    await fetch(`${url}/orders`, request)
      .then(answer => answer.text())
      .catch(() => undefined)
    await delay(ORDER_EVERY_MS)
  }
}

// It measures what the knob sets, so it tests the way from the command to the report. That a verdict is right is tested in packages/lab.
it('homeostat prove runs on the shop, reports fewer jobs at once where the knob says so, and none for the placebo', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-prove-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const [postgres, redis] = await Promise.all([startPostgres({ database: 'shop' }), startRedis()])
  stack.defer(() => Promise.all([postgres.stop(), redis.stop()]).then(() => undefined))
  const merchant = stack.use(await startMerchant())
  const operator = stack.use(new Operator(postgres.url, redis.url, REDIS_PREFIX))
  await operator.prepare({ products: 100, customers: 10, orders: 100 })
  const program = stack.use(
    start('main.ts', [], {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      REDIS_PREFIX,
      PORT: '0',
      WEBHOOK_URL: merchant.webhookUrl,
      TMPDIR: folder,
      HOMEOSTAT_PROVE: KNOB,
      HOMEOSTAT_BULLMQ_LIMITED_QUEUES: 'webhook',
    }),
  )
  await program.said('listening on ')
  const [, url = ''] = /listening on (\S+)/.exec(program.output()) ?? []
  const ordering = new AbortController()
  const ordered = orders(url, ordering)
  stack.defer(async () => {
    ordering.abort()
    await ordered
  })
  await program.said('homeostat: ')

  const args = ['prove', `--knob=${KNOB}`, '--to=1', `--measure=${ANNOUNCED}`, '--direction=down']
  const how = ['--block=12s', '--carry-over=4s', '--pairs=6', '--seed=3', '--out=report', `--process=${url}`]
  const command = spawn(process.execPath, [cli, ...args, ...how], {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder },
  })
  let [out, error] = ['', '']
  command.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  command.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()))
  const [code] = (await once(command, 'close')) as [number]

  if (code !== 0) throw new Error(`${error}\n${out}`)
  expect(out).toContain('effective.')
  const { judgement, terms, proof } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
  expect(judgement).toMatchObject({ isCredible: true, knob: { verdict: 'effective', statistics: { pairs: 6 } } })
  expect(judgement.placebo.verdict).not.toBe('effective')
  expect(terms).toMatchObject({ knob: KNOB, from: 1_000_000, to: 1 })
  expect(proof.ending.why).toBe('completed')
  await program.said('all 6 pairs are measured.')
})
