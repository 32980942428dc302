import { expect, it } from 'vitest'
import { isJobSandbox, optionsInSandbox } from '../src/job-sandbox.ts'

it.each([
  ['/app/node_modules/bullmq/dist/cjs/classes/main.js', true],
  ['/app/node_modules/.pnpm/bullmq@5.1.0/node_modules/bullmq/dist/esm/classes/main-worker.js', true],
  ['/app/node_modules/bullmq5/dist/cjs/classes/main.js', true],
  ['C:\\app\\node_modules\\bullmq\\dist\\cjs\\classes\\main.js', true],
  ['/app/dist/classes/main.js', false],
  ['/app/main.js', false],
  [undefined, false],
])('2-17: started with %s: a sandbox of jobs is %s', (script, expected) => {
  expect(isJobSandbox(script)).toBe(expected)
})

it('2-17: autoStart: true has the loop in a sandbox all the same', () => {
  expect(optionsInSandbox({ mode: 'act' })).toMatchObject({ mode: 'act', maxMode: 'off', autoStart: false })
  expect(optionsInSandbox({ mode: 'act', autoStart: true })).toEqual({ mode: 'act', autoStart: true })
})
