import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeInstrumentation } from '../src/index.ts'
import type { Mistake } from './sample-instrumentation.ts'
import { price, sales, Shop, ShopInstrumentation, stock } from './sample-instrumentation.ts'

// Set in the runs that this file starts of itself, to see the suite fail.
const mistake = process.env['PLANTED_MISTAKE'] as Mistake | undefined

const shop = new Shop()
describeInstrumentation('the sample instrumentation', {
  create: () => new ShopInstrumentation(shop, mistake),
  async exercise() {
    for (const ware of ['tea', 'milk']) for (const amount of [1, 2, 30]) shop.sell(ware, amount)
  },
  metrics: [sales, price, stock],
  patched: () => [Shop.prototype.sell],
})

const mistakes: Record<Mistake, string> = {
  'starts by itself': 'measures nothing until it is enabled',
  'keeps its patch': 'enabled twice measures once, and disabled twice it leaves no timer, listener or patch',
  'keeps its timer': 'enabled twice measures once, and disabled twice it leaves no timer, listener or patch',
  'keeps its listener': 'enabled twice measures once, and disabled twice it leaves no timer, listener or patch',
  'other attributes': 'exports each metric of its list with the defined kind, unit and attributes, and none besides',
  'patches twice': 'enabled twice measures once, and disabled twice it leaves no timer, listener or patch',
}

describe.skipIf(mistake !== undefined)('the suite finds an instrumentation that', () => {
  it.each(Object.entries(mistakes))('%s', async (planted, test) => {
    expect(await failuresWith(planted)).toContain(test)
  })
})

/** The titles of the tests that fail when the mistake is planted. */
async function failuresWith(planted: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'planted-mistake-'))
  const output = join(folder, 'report.json')
  const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')))
  const config = fileURLToPath(new URL('../../vitest.long.config.ts', import.meta.url))
  const args = [
    vitest,
    'run',
    '--config',
    config,
    '--reporter',
    'json',
    '--outputFile',
    output,
    fileURLToPath(import.meta.url),
  ]
  // It exits with an error, because tests fail in it.
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, PLANTED_MISTAKE: planted } }).catch(
    () => undefined,
  )
  const report = JSON.parse(await readFile(output, 'utf8')) as {
    testResults: { assertionResults: { title: string; status: string }[] }[]
  }
  await rm(folder, { recursive: true })
  const results = report.testResults.flatMap(file => file.assertionResults)
  return results.filter(({ status }) => status === 'failed').map(({ title }) => title)
}
