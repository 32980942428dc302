import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { oldSpaceOption } from '../../src/signals/heap-room.ts'

const MEBIBYTE = 1024 * 1024

test('the limit is the one of the options, in both spellings, the last one given', () => {
  expect(oldSpaceOption(['--max-old-space-size=192'])).toBe(192 * MEBIBYTE)
  expect(oldSpaceOption(['--max_old_space_size', '256', '--inspect'])).toBe(256 * MEBIBYTE)
  expect(oldSpaceOption(['--max-old-space-size=192', '--max-old-space-size=512'])).toBe(512 * MEBIBYTE)
})

test('without the option, or with one that V8 ignores, there is no limit of our own', () => {
  expect(oldSpaceOption([])).toBeUndefined()
  expect(oldSpaceOption(['--max-old-space-size=0'])).toBeUndefined()
  expect(oldSpaceOption(['--max-old-space-size'])).toBeUndefined()
  expect(oldSpaceOption(['--enable-source-maps', 'app.js'])).toBeUndefined()
})

test('a process that runs out of memory was seen near its limit before, in a container with nothing but --max-old-space-size', () => {
  const source = new URL('../../src/signals/heap-room.ts', import.meta.url).href
  const script = `
    const { nodeOptions, oldSpaceOption, readHeapRoom } = await import(${JSON.stringify(source)})
    const { writeSync } = await import('node:fs')
    const limit = oldSpaceOption(nodeOptions())
    const kept = []
    for (;;) {
      for (let i = 0; i < 5000; i++) kept.push({ session: 'x'.repeat(100) + kept.length, at: i })
      const { used, limit: room } = readHeapRoom(limit)
      writeSync(1, (used / room).toFixed(3) + '\\n')
    }`
  let output = ''
  try {
    execFileSync(process.execPath, ['--max-old-space-size=256', '--input-type=module', '--eval', script], {
      encoding: 'utf8',
      maxBuffer: 64 * MEBIBYTE,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
  } catch (error) {
    output = (error as { stdout: string }).stdout
  }
  const utilizations = output.trim().split('\n').map(Number)
  expect(Math.max(...utilizations)).toBeGreaterThan(0.8)
  expect(Math.max(...utilizations)).toBeLessThan(1.2)
}, 60_000)
