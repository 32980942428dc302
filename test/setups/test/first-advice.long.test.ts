import { expect, it } from 'vitest'
import { firstAdvice } from '../src/first-advice/first-advice.ts'

it('a new application has its first explained advice within five minutes of npm install, with one flag', async () => {
  const { adviceMs, text } = await firstAdvice(progress => console.error(progress))
  expect(text).toMatch(/query\.optimize.*advises: .*CREATE INDEX .*orders.*customer/)
  expect(adviceMs).toBeLessThan(300_000)
})
