import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Installation } from '../src/installation.ts'

let installation: Installation

beforeAll(async () => {
  installation = await Installation.create(['homeostat', '@homeostat/console'])
})

afterAll(() => installation[Symbol.asyncDispose]())

/** Starts Homeostat with a console, in an application that has installed both. Returns the page's parts and the log. */
async function visit(load: string, type: 'module' | 'commonjs'): Promise<{ parts: number[]; stderr: string }> {
  const script = `
    ${load}
    void (async () => {
      const lines = []
      const log = { info: line => lines.push(line), warn: line => lines.push(line) }
      const h = homeostat({ console: { port: 0 }, environment: {}, log })
      let address
      while (address === undefined) {
        await new Promise(resolve => setTimeout(resolve, 20))
        address = /console: (http:\\S+)/.exec(lines.join(' '))?.[1]
      }
      const files = ['/', '/console.js', '/console.css', '/icon.svg']
      const texts = await Promise.all(files.map(async file => (await fetch(address + file)).text()))
      await h.stop()
      console.log(JSON.stringify(texts.map(text => text.length)))
    })()`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [`--input-type=${type}`, '--eval', script], {
    cwd: installation.folder,
    timeout: 60_000,
  })
  return { parts: JSON.parse(stdout) as number[], stderr }
}

test.each([
  ['import', "import { homeostat } from 'homeostat'", 'module'],
  ['require()', "const { homeostat } = require('homeostat')", 'commonjs'],
] as const)('an application that has installed the console gets the built page, with %s', async (_, load, type) => {
  const { parts } = await visit(load, type)
  const [html, script, style, icon] = parts
  expect(html).toBeGreaterThan(300)
  expect(script).toBeGreaterThan(50_000)
  expect(style).toBeGreaterThan(5000)
  expect(icon).toBeGreaterThan(100)
})

test('the console brings no package that homeostat does not bring', async () => {
  const names = (await installation.packages())
    .map(({ name }) => name)
    .filter(name => !name.startsWith('@opentelemetry/'))
  expect(names.filter(name => /preact|uplot/.test(name))).toEqual([])
  expect(names).toHaveLength(13)
})
