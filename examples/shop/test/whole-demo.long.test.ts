import { expect, it } from 'vitest'
import { start } from './main-process.ts'

it('npm start: the shop gets into trouble on real servers, and Homeostat helps', async () => {
  await using demo = start('demo.ts', ['--duration', '120'], { DATABASE_URL: '', REDIS_URL: '', PORT: '0' })
  const { code } = await demo.ended
  const output = demo.output()
  expect.soft(output).toMatch(/fired +SlowQueries/)
  expect.soft(output).toMatch(/done +query\.optimize#\d+ .*1 index would help/)
  expect.soft(output).toMatch(/CREATE INDEX .*orders.*\(customer_id, status/)
  expect.soft(output).toMatch(/done +cache\.warm#\d+ .*loaded \d+ keys by the loader products/)
  expect.soft(output).toMatch(/done +memory\.cleanup#\d+ .*removed [\d,]+ expired entries/)
  expect.soft(output).toMatch(/fired +QueueBacklog: oldest waiting job in webhook \d+ s/)
  expect(code, output).toBe(0)
})
