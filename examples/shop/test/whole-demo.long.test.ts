import { expect, it } from 'vitest'
import { start } from './main-process.ts'

it('npm start: two shops get into the same trouble, and Homeostat helps one of them and claims no more than it can prove', async () => {
  await using demo = start('demo.ts', ['--seed', '1'], { DATABASE_URL: '', REDIS_URL: '', PORT: '0' })
  const { code } = await demo.ended
  const output = demo.output()
  expect.soft(output).toMatch(/Look at it in a browser: http:\/\/127\.0\.0\.1:\d+/)
  // Its address comes before the long work.
  expect.soft(output).toMatch(/Look at it in a browser: .*\n(?:.*\n)*?Filling the databases? /)
  expect.soft(output).toMatch(/fired +SlowQueries/)
  expect.soft(output).toMatch(/^ {2}CREATE INDEX [^;]*orders\s+\(customer_id,\s+status/m)
  expect.soft(output).toMatch(/^cache\.warm +[\d,]+ : [\d,]+ +\+\d+% .* effective/m)
  expect.soft(output).toMatch(/^shop\.offersPerPage +[\d,]+ : [\d,]+ +-\d+% .* effective/m)
  expect.soft(output).toMatch(/^shop\.placebo +[\d,]+ : [\d,]+ +\S+ \(\S+\) +(?:no_effect|inconclusive)/m)
  expect.soft(output).toMatch(/^shop\.recommendations .*reverted after/m)
  expect.soft(output).toMatch(/^rescheduleHeavyTasks +\d+ s : \d+ s +.*(?:effective|no_effect|inconclusive)/m)
  expect.soft(output).toMatch(/^memory\.cleanup +all : none .*by its receipt/m)
  expect.soft(output).toMatch(/fired +QueueBacklog: oldest waiting job in webhook \d+ s/)
  expect.soft(output).toMatch(/^Knobs across kill -9 and the next start: all back [\d.]+ s later/m)
  expect.soft(output).toMatch(/^shop\.offersPerPage +400 +100 +400/m)
  expect.soft(output).toMatch(/^plain .*\n(?:.*\n)*?homeostat \* /m)
  expect(code, output).toBe(0)
})
