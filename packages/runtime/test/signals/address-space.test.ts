import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { AddressSpaceReader } from '../../src/signals/address-space.ts'

test('where there is no proc file system there is no limit', () => {
  expect(new AddressSpaceReader('/there/is/no/proc').read()).toBeUndefined()
})

test.runIf(process.platform === 'linux')('a process under ulimit -v was near its limit before allocations fail', () => {
  const source = new URL('../../src/signals/address-space.ts', import.meta.url).href
  const script = `
    import { AddressSpaceReader } from ${JSON.stringify(source)}
    const space = new AddressSpaceReader('/proc')
    const kept = []
    const { used, limit } = space.read()
    let share = used / limit
    try {
      for (;;) {
        kept.push(Buffer.alloc(10e6))
        const now = space.read()
        share = now.used / now.limit
      }
    } catch {
      console.log(limit / 1024, share)
    }`
  const output = execFileSync(
    'sh',
    ['-c', 'ulimit -v 3000000 && exec "$0" --input-type=module --eval "$1"', process.execPath, script],
    { encoding: 'utf8', env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const [limit, share] = output.trim().split(' ').map(Number)
  expect(limit).toBe(3_000_000)
  expect(share).toBeGreaterThan(0.9)
  expect(share).toBeLessThanOrEqual(1)
})
