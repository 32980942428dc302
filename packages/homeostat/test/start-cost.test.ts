import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const HOMEOSTAT = new URL('../dist/index.js', import.meta.url).href

/** Starts, ticks a few times, and prints what of Node was used on the way. */
const SCRIPT = `
  const used = new Set()
  const watch = (owner, name) => {
    const original = owner[name]
    owner[name] = function (...args) {
      used.add(name)
      return new.target ? new original(...args) : original.apply(this, args)
    }
  }
  for (const name of ['Collator', 'DateTimeFormat', 'NumberFormat', 'Segmenter']) watch(Intl, name)
  for (const name of ['localeCompare', 'normalize', 'toLocaleLowerCase']) watch(String.prototype, name)
  watch(Number.prototype, 'toLocaleString')
  const before = new Set(process.moduleLoadList)
  const { homeostat } = await import(${JSON.stringify(HOMEOSTAT)})
  const h = homeostat({ service: 'start', stateDir: process.argv[1], intervalMs: 100 })
  for (const instrumentation of h.instrumentations) instrumentation.enable()
  await new Promise(done => setTimeout(done, 500))
  const modules = process.moduleLoadList.filter(name => !before.has(name))
  console.log(JSON.stringify({ used: [...used], modules }))
  await h[Symbol.asyncDispose]()`

/** Runs in a process of its own, as the bundles are loaded once. */
function start(): { used: string[]; modules: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-start-'))
  try {
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT, folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return JSON.parse(printed) as { used: string[]; modules: string[] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const { used, modules } = start()

test('starting uses no locale data, which would stay resident with 2 to 5 MB', () => {
  expect(used).toEqual([])
})

test('starting loads neither sockets nor child processes of Node', () => {
  expect(modules).toContain('NativeModule v8')
  for (const name of ['cluster', 'child_process', 'dgram', 'inspector', 'http', 'net'])
    expect(modules).not.toContain(`NativeModule ${name}`)
})
