import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const source = new URL('../src/index.ts', import.meta.url).href
const requireHere = `const require = (await import('node:module')).createRequire(${JSON.stringify(import.meta.url)})`

/** Runs a module script in a fresh process and gives what it printed. */
async function printed(...lines: string[]): Promise<string> {
  const script = [`import { PgInstrumentation } from '${source}'`, requireHere, ...lines].join('\n')
  const { stdout } = await run(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  return stdout.trim()
}

const enable = 'const instrumentation = new PgInstrumentation(); instrumentation.enable()'
const isPatched = `console.log(/isActive/.test(pg.Client.prototype.query), /isActive/.test(pg.Pool.prototype.connect))`

describe('finding pg', () => {
  it.each([
    ['imported after', [enable, `const { default: pg } = await import('pg')`]],
    ['imported before', [`const { default: pg } = await import('pg')`, enable]],
    ['required after', [enable, `const pg = require('pg')`]],
    ['required before', [`const pg = require('pg')`, enable]],
  ])('works when it is %s', async (_, lines) => {
    expect(await printed(...lines, isPatched)).toBe('true true')
  })

  it('gives back exactly what was there', async () => {
    const shape = `const shape = () => [pg.Client.prototype, pg.Query.prototype, Object.getPrototypeOf(pg.Pool).prototype].map(Object.getOwnPropertyDescriptors)`
    const compare = `(await import('node:assert')).deepStrictEqual(shape(), before); console.log('same')`
    const lines = [
      `const pg = require('pg')`,
      shape,
      'const before = shape()',
      enable,
      'instrumentation.enable(); instrumentation.disable(); instrumentation.disable();',
    ]
    expect(await printed(...lines, compare)).toBe('same')
  })

  it('leaves a driver of another shape alone and reports it', async () => {
    const lines = [
      `const pg = require('pg')`,
      `delete pg.Query.prototype.handleError`,
      'const query = pg.Client.prototype.query',
      enable,
      `const errors = instrumentation.registry.collect().metrics.find(m => m.descriptor.name === 'homeostat.errors')`,
      `console.log(pg.Client.prototype.query === query, errors.dataPoints[0].attributes['error.type'])`,
    ]
    expect(await printed(...lines)).toBe('true HOMEOSTAT_PG_UNSUPPORTED_DRIVER')
  })
})
