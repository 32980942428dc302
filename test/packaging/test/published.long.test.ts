import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packagesOf } from '../../../.dev/workspace.mjs'
import { describeFootprint, footprintOf } from '../src/budget.ts'
import { Installation } from '../src/installation.ts'

let installation: Installation

beforeAll(async () => {
  installation = await Installation.create(['homeostat'])
})

afterAll(() => installation[Symbol.asyncDispose]())

test('homeostat brings at most 12 packages and 4 MB beside OpenTelemetry', async () => {
  const footprint = footprintOf(await installation.packages())
  expect(footprint.isWithin, describeFootprint(footprint)).toBe(true)
})

test('each installed package has a licence, and no sources', async () => {
  for (const { name } of footprintOf(await installation.packages()).packages) {
    const { stdout } = await run('tar', '-tzf', installation.tarballs.get(name)!)
    expect(stdout, name).toMatch(/^package\/LICENSE$/m)
    expect(stdout, name).not.toMatch(/^package\/src\/|\.d\.ts\.map$|\.npmignore$|\.tsbuildinfo$/m)
  }
})

test('require() and import of an entry give one copy', async () => {
  const script = `
    const { createRequire } = await import('node:module')
    const require = createRequire(import.meta.url)
    for (const entry of ['homeostat', '@homeostat/pg/domain', '@homeostat/optimizer', '@homeostat/signals/options']) {
      const [required, imported, byPath] = [require(entry), await import(entry), await import(require.resolve(entry))]
      for (const name of Object.keys(imported))
        if (required[name] !== imported[name] || byPath[name] !== imported[name]) throw new Error(entry + ' ' + name)
    }
    console.log(require.resolve('homeostat').slice(-'index.cjs'.length))`
  const { stdout } = await run(process.execPath, '--input-type=module', '--eval', script)
  expect(stdout.trim()).toBe('index.cjs')
})

test('the installed command checks and tests rule files with what its bundles hold', async () => {
  const rules = `groups:
  - name: shop
    rules:
      - alert: Slow
        expr: x{job=~"^shop-(eu|us)[0-9]+$"} > 1
        for: 1m
`
  const tests = `rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{ series: 'x{job="shop-eu1"}', values: '2 2 2 2' }]
    alert_rule_test:
      - { eval_time: 2m, alertname: Slow, exp_alerts: [{ exp_labels: { job: shop-eu1 } }] }
`
  await writeFile(join(installation.folder, 'rules.yml'), rules)
  await writeFile(join(installation.folder, 'tests.yml'), tests)
  const command = join(installation.folder, 'node_modules/.bin/homeostat')
  await run(command, 'rules', 'check', 'rules.yml')
  await run(command, 'rules', 'test', 'tests.yml')
  const schema = JSON.parse((await run(command, 'config', 'schema')).stdout) as { readonly properties: object }
  expect(Object.keys(schema.properties)).toContain('mode')
  await writeFile(join(installation.folder, 'tests.yml'), tests.replace('2m, alertname', '0m, alertname'))
  await expect(run(command, 'rules', 'test', 'tests.yml')).rejects.toThrow(/Slow/)
})

describe.each(packagesOf().map(({ manifest }) => manifest.name))('%s', name => {
  const tool = (path: string): string => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))

  test('publint --strict finds nothing', async () => {
    const { stdout } = await run(
      process.execPath,
      tool('publint/src/cli.js'),
      installation.tarballs.get(name)!,
      '--strict',
    )
    expect(stdout).toContain('All good!')
  })

  test('its types resolve as its JavaScript does, by import, by require and in bundlers', async () => {
    // Node's own resolution of version 10 knows no `exports`; no supported Node has it.
    const attw = tool('@arethetypeswrong/cli/dist/index.js')
    const args = [installation.tarballs.get(name)!, '--profile', 'node16', '--format', 'ascii']
    const { stdout } = await run(process.execPath, attw, ...args)
    const resolutions = stdout.split('\n').filter(line => /^(?:node16|bundler)/.test(line))
    expect(resolutions.length).toBeGreaterThan(0)
    expect(resolutions.filter(line => !line.includes('🟢'))).toEqual([])
  })
})

/** Rejects with what was printed when the exit code is not 0. */
async function run(command: string, ...args: string[]): Promise<{ readonly stdout: string }> {
  return promisify(execFile)(command, args, { cwd: installation.folder, maxBuffer: 2 ** 26 }).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => {
      throw new Error(`${command} ${args.join(' ')}\n${error.stdout}\n${error.stderr}`, { cause: error })
    },
  )
}
