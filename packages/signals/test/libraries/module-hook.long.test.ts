import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Module } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patchModuleFile } from '../../src/index.ts'

const signals = new URL('../../src/index.ts', import.meta.url).href
let folder: string

/** A library as npm installs it: an entry point, an internal file that is patched, and a second copy under a dependent. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'module-hook-'))
  const copies = {
    'node_modules/shop': 'shop',
    'node_modules/dependent/node_modules/shop': 'shop',
    'node_modules/@scope/shop': '@scope/shop',
    // As npm installs "shop-5": "npm:shop@5" and "@mine/shop-6": "npm:shop@6", and as a workspace links a package.
    'node_modules/shop-5': 'shop',
    'node_modules/@mine/shop-6': 'shop',
    'vendored/shop-7': 'shop',
    'node_modules/other': 'other',
  }
  for (const [copy, name] of Object.entries(copies)) {
    await write(`${copy}/package.json`, JSON.stringify({ name, version: '1.0.0', main: './lib/index.js' }))
    await write(`${copy}/lib/index.js`, `exports.Client = require('./client').Client`)
    await write(`${copy}/lib/client.js`, `exports.Client = class Client { buy(what) { return 'bought ' + what } }`)
  }
  await write('node_modules/dependent/package.json', JSON.stringify({ name: 'dependent', main: './index.js' }))
  await write('node_modules/dependent/index.js', `exports.Client = require('shop').Client`)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

let scripts = 0
/** Runs a script beside the libraries and returns what it prints as JSON. */
async function run(body: string): Promise<unknown> {
  const path = `script-${scripts++}.mjs`
  await write(
    path,
    `import { createRequire } from 'node:module'
     import { patchMethod, patchModuleFile } from ${JSON.stringify(signals)}
     const require = createRequire(import.meta.url)
     const buy = Client => new Client().buy('tea')
     const upper = exports => patchMethod(exports.Client.prototype, 'buy', original => function (what) { return original.call(this, what).toUpperCase() })
     const print = value => console.log(JSON.stringify(value))
     ${body}`,
  )
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, path)], {
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
}

describe('a patched file of a library', () => {
  it.each([
    ['required later', `patchModuleFile('shop', 'lib/client', upper); const { Client } = require('shop')`],
    [
      'imported later',
      `patchModuleFile('shop', 'lib/client', upper); const { Client } = (await import('shop')).default`,
    ],
    ['required before', `const { Client } = require('shop'); patchModuleFile('shop', 'lib/client', upper)`],
    [
      'imported before',
      `const { Client } = (await import('shop')).default; patchModuleFile('shop', 'lib/client', upper)`,
    ],
    ['the entry point itself', `patchModuleFile('shop', 'lib/index', upper); const { Client } = require('shop')`],
    [
      'reached by its path',
      `patchModuleFile('shop', 'lib/client', upper); const { Client } = require('shop/lib/client.js')`,
    ],
    [
      'in a scoped package',
      `patchModuleFile('@scope/shop', 'lib/client', upper); const { Client } = require('@scope/shop')`,
    ],
  ])('is patched when it is %s', async (_when, script) => {
    expect(await run(`${script}\nprint(buy(Client))`)).toBe('BOUGHT TEA')
  })

  it.each([
    ['required later', `patchModuleFile('shop', 'lib/client', upper); const { Client } = require('NAME')`],
    [
      'imported later',
      `patchModuleFile('shop', 'lib/client', upper); const { Client } = (await import('PATH/lib/index.js')).default`,
    ],
    ['required before', `const { Client } = require('NAME'); patchModuleFile('shop', 'lib/client', upper)`],
  ])('2-54: is patched under an alias when it is %s', async (_when, script) => {
    const names = { 'shop-5': './node_modules/shop-5', '@mine/shop-6': './node_modules/@mine/shop-6' }
    const linked = { './vendored/shop-7': './vendored/shop-7' }
    for (const [name, path] of Object.entries({ ...names, ...linked })) {
      const own = script.replace('NAME', name).replace('PATH', path)
      expect(await run(`${own}\nprint(buy(Client))`), name).toBe('BOUGHT TEA')
    }
    const other = script.replace('NAME', 'other').replace('PATH', './node_modules/other')
    expect(await run(`${other}\nprint(buy(Client))`)).toBe('bought tea')
  })

  it('is patched in every copy, and restored in every copy', async () => {
    const result = await run(`
      const early = require('shop').Client
      const patch = patchModuleFile('shop', 'lib/client', upper)
      const late = require('dependent').Client
      const during = [buy(early), buy(late), early === late]
      patch[Symbol.dispose]()
      print([during, buy(early), buy(late)])`)
    expect(result).toEqual([['BOUGHT TEA', 'BOUGHT TEA', false], 'bought tea', 'bought tea'])
  })

  it('is patched once, and again after it was restored', async () => {
    const result = await run(`
      let patches = 0
      const counting = exports => (patches++, upper(exports))
      const first = patchModuleFile('shop', 'lib/client', counting)
      const { Client } = require('shop')
      require('shop/lib/client.js'); require('shop')
      first[Symbol.dispose](); first[Symbol.dispose]()
      const between = buy(Client)
      patchModuleFile('shop', 'lib/client', counting)
      print([patches, between, buy(Client)])`)
    expect(result).toEqual([2, 'bought tea', 'BOUGHT TEA'])
  })

  it('leaves other libraries of a similar name alone', async () => {
    expect(await run(`patchModuleFile('shop', 'lib/client', upper); print(buy(require('@scope/shop').Client))`)).toBe(
      'bought tea',
    )
  })

  it('that cannot be patched still loads, and the failure is reported once', async () => {
    const result = await run(`
      const reported = []
      const fail = () => { throw new TypeError('planted') }
      const patch = patchModuleFile('shop', 'lib/client', fail, error => reported.push(error.message))
      const { Client } = require('shop')
      patch[Symbol.dispose]()
      print([buy(Client), reported])`)
    expect(result).toEqual(['bought tea', ['planted']])
  })

  it('leaves the way modules are required as it was, in whatever order patches end', () => {
    const ways = (): unknown[] => [Reflect.get(Module.prototype, 'require'), Reflect.get(process, 'getBuiltinModule')]
    const before = ways()
    const patches = ['shop', '@scope/shop'].map(library =>
      patchModuleFile(library, 'lib/client', () => () => undefined),
    )
    expect(ways()).not.toEqual(before)
    for (const patch of patches) patch[Symbol.dispose]()
    expect(ways()).toEqual(before)
  })

  it('of several libraries is patched in each, and one may end before the other', async () => {
    const result = await run(`
      const first = patchModuleFile('shop', 'lib/client', upper)
      patchModuleFile('@scope/shop', 'lib/client', upper)
      const shop = require('shop').Client
      first[Symbol.dispose]()
      print([buy(shop), buy(require('dependent').Client), buy(require('@scope/shop').Client)])`)
    expect(result).toEqual(['bought tea', 'bought tea', 'BOUGHT TEA'])
  })
})
