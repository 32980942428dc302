import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { application, diagnosisOf, installed, Link } from './sample-application.ts'

const WITNESS = `
const [registering, reading] = process.argv.slice(1).map(path => require(path))
registering.metrics.setGlobalMeterProvider({ mark: 1 })
console.log(reading.metrics.getMeterProvider().mark === 1)
`

/** The real copy that a workspace loads. */
function apiOf(workspace: string): { folder: string; version: string } {
  const url = new URL(`../../../../../test/${workspace}/node_modules/@opentelemetry/api/`, import.meta.url)
  const { version } = JSON.parse(readFileSync(new URL('package.json', url), 'utf8')) as { version: string }
  return { folder: fileURLToPath(url), version }
}

it.each([
  ['sdk-2', 'sdk-3', false],
  ['sdk-3', 'sdk-2', true],
  ['sdk-2', 'sdk-2', true],
])('with the api of %s registering and that of %s reading, metrics arrive: %s', async (one, other, arrives) => {
  const [registering, reading] = [apiOf(one), apiOf(other)]
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', WITNESS, registering.folder, reading.folder])
  expect(stdout.trim()).toBe(String(arrives))

  const { findings } = diagnosisOf({
    files: {
      ...application(
        { dependencies: { cart: '1' } },
        {
          ...installed('@opentelemetry/sdk-node', '0.223.0', { peerDependencies: { '@opentelemetry/api': '*' } }),
          ...installed('cart', '1.0.0', { dependencies: { '@opentelemetry/api': '*' } }),
          'node_modules/cart/node_modules/@opentelemetry/api': new Link(reading.folder),
        },
      ),
      'node_modules/@opentelemetry/api/package.json': { name: '@opentelemetry/api', version: registering.version },
    },
  })
  const ids = findings.map(({ id }) => id)
  expect(ids.includes('api-newer-than-provider')).toBe(!arrives)
  // The older copy may read what the newer one registers, and may not register beside it.
  expect(ids.includes('api-copies')).toBe(arrives && registering.version !== reading.version)
})
