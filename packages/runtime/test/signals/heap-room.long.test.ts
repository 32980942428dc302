import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HeapRoomReader, usedAgainst, youngLimit } from '../../src/signals/heap-room.ts'
import type { HeapSetup } from '../../src/signals/heap-room.ts'

const MEBIBYTE = 1024 * 1024
const SOURCE = JSON.stringify(new URL('../../src/signals/heap-room.ts', import.meta.url).href)

describe('the limit of the old generation', () => {
  const none = { oldSpaceMb: undefined, oldSpacePercent: undefined, semiSpaceMb: undefined }
  const setup = (sizeLimitMb: number, change: Partial<HeapSetup> = {}): HeapSetup => ({
    sizeLimit: sizeLimitMb * MEBIBYTE,
    options: none,
    workerYoungMb: undefined,
    memory: 24_105 * MEBIBYTE,
    v8Major: 13,
    ...change,
  })
  // Measured: heap_size_limit of Node 24.21 and 22.15, and what it is made of.
  test.each<[what: string, setup: HeapSetup, oldMb: number]>([
    ['24 GB', setup(4288), 4096],
    ['a container of 4 GB', setup(2240), 2048],
    ['of 2 GB', setup(1120), 1024],
    ['of 1 GB', setup(560), 512],
    ['of 256 MB', setup(259), 256],
    ['Node 22, 24 GB', setup(4144, { v8Major: 12 }), 4096],
    ['Node 22, 2 GB', setup(1048, { v8Major: 12 }), 1024],
    ['Node 22, 1 GB', setup(524, { v8Major: 12 }), 512],
    ['--max-old-space-size=100', setup(292, { options: { ...none, oldSpaceMb: 100 } }), 100],
    ['the same on Node 22', setup(148, { options: { ...none, oldSpaceMb: 100 }, v8Major: 12 }), 100],
    ['1 % of 24,105 MB', setup(433, { options: { ...none, oldSpacePercent: 1 } }), 241],
    ['both', setup(433, { options: { ...none, oldSpaceMb: 100, oldSpacePercent: 1 } }), 241],
    ['--max-semi-space-size=3', setup(4108, { options: { ...none, semiSpaceMb: 3 } }), 4096],
    ['semi and old space', setup(148, { options: { ...none, semiSpaceMb: 16, oldSpaceMb: 100 } }), 100],
    ['--max-heap-size=200', setup(200), 197],
    ['a worker thread of 64 MB', setup(256, { workerYoungMb: 192 }), 64],
    ['whose process has an option', setup(256, { workerYoungMb: 192, options: { ...none, oldSpaceMb: 999 } }), 64],
    ['an option that the heap was not made by', setup(4288, { options: { ...none, oldSpaceMb: 100 } }), 4096],
    ['an option larger than the heap', setup(292, { options: { ...none, oldSpaceMb: 999 } }), 267],
  ])('%s', (_, given, oldMb) => {
    expect(Math.round((given.sizeLimit - youngLimit(given)) / MEBIBYTE)).toBe(oldMb)
  })

  test('this process: it is below what V8 calls the limit of the heap', () => {
    const { used, limit } = new HeapRoomReader().read()
    expect(limit).toBeLessThan(getHeapStatistics().heap_size_limit)
    expect(used / limit).toBeLessThan(1)
  })
})

test('a young generation that is larger than the old one’s limit does not fill it', () => {
  expect(usedAgainst(100, 148, 128)).toBe(65)
  expect(usedAgainst(100, 95, 15)).toBe(95)
  expect(usedAgainst(100, 153, 72)).toBe(100)
})

/** Fills the heap and says before each step how full it is, as far as we know. */
const FILL = `
const kept = []
const fill = say => {
  for (;;) {
    say()
    for (let i = 0; i < 1000; i++) kept.push({ session: 'x'.repeat(100) + kept.length, at: i })
  }
}`

/** The last thing that a process said before it ran out of memory. */
function lastShare(options: readonly string[], { nodeOptions = '', before = '' } = {}): number {
  const script = `
    ${before}
    const { HeapRoomReader } = await import(${SOURCE})
    const { writeSync } = await import('node:fs')
    const room = new HeapRoomReader()
    ${FILL}
    fill(() => {
      const { used, limit } = room.read()
      writeSync(1, (used / limit).toFixed(3) + '\\n')
    })`
  const cwd = mkdtempSync(join(tmpdir(), 'heap-room-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  try {
    execFileSync(process.execPath, [...options, '--input-type=module', '--eval', script], {
      encoding: 'utf8',
      cwd,
      maxBuffer: 64 * MEBIBYTE,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'], NODE_OPTIONS: nodeOptions },
    })
  } catch (error) {
    return Number((error as { stdout: string }).stdout.trim().split('\n').at(-1))
  }
  throw new Error('it did not run out of memory')
}

const has = (option: string): boolean => process.allowedNodeEnvironmentFlags.has(option)
const percent = (((120 * MEBIBYTE) / totalmem()) * 100).toFixed(3)

describe('2-56: a process that runs out of memory was seen near its limit right before, with', () => {
  test.each([
    [['--max-old-space-size=150']],
    [['--max_old_space_size=100']],
    [['--max-old-space-size=100', '--max-semi-space-size=2']],
    [['--max-heap-size=120']],
  ])('%s', options => {
    const share = lastShare(options)
    expect(share).toBeGreaterThan(0.85)
    expect(share).toBeLessThanOrEqual(1)
  })

  test.runIf(has('--max-old-space-size-percentage'))('--max-old-space-size-percentage', () => {
    const share = lastShare([`--max-old-space-size-percentage=${percent}`])
    expect(share).toBeGreaterThan(0.85)
    expect(share).toBeLessThanOrEqual(1)
  })

  test('NODE_OPTIONS, beside an option with spaces', () => {
    const share = lastShare([], { nodeOptions: '"--title=my app" --max-old-space-size=100' })
    expect(share).toBeGreaterThan(0.85)
    expect(share).toBeLessThanOrEqual(1)
  })

  test('v8.setFlagsFromString(), which changes nothing any more', () => {
    const before = "(await import('node:v8')).setFlagsFromString('--max-old-space-size=3000')"
    const share = lastShare(['--max-old-space-size=100'], { before })
    expect(share).toBeGreaterThan(0.85)
    expect(share).toBeLessThanOrEqual(1)
  })

  test('v8.setHeapSnapshotNearHeapLimit(), which raises the limit for a while', () => {
    const before = "(await import('node:v8')).setHeapSnapshotNearHeapLimit(1)"
    const share = lastShare(['--max-old-space-size=20', '--max-semi-space-size=1'], { before })
    expect(share).toBeGreaterThan(0.8)
    expect(share).toBeLessThanOrEqual(1)
  })

  test.each([[{ maxOldGenerationSizeMb: 60 }], [{ maxOldGenerationSizeMb: 60, maxYoungGenerationSizeMb: 6 }]])(
    'resourceLimits %o of a worker thread',
    async limits => {
      const shared = new Float64Array(new SharedArrayBuffer(8))
      const script = `
      const { workerData } = require('node:worker_threads')
      import(${SOURCE}).then(({ HeapRoomReader }) => {
        const room = new HeapRoomReader()
        ${FILL}
        fill(() => {
          const { used, limit } = room.read()
          workerData[0] = used / limit
        })
      })`
      const worker = new Worker(script, { eval: true, workerData: shared, resourceLimits: limits, execArgv: [] })
      const error = await new Promise<NodeJS.ErrnoException>(resolve => worker.once('error', resolve))
      expect(error.code).toBe('ERR_WORKER_OUT_OF_MEMORY')
      expect(shared[0]).toBeGreaterThan(0.85)
      expect(shared[0]).toBeLessThanOrEqual(1)
    },
  )
})
