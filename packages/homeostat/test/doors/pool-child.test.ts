import { expect, test } from 'vitest'
import { poolChild } from '../../src/doors/pool-child.ts'

const facts = { folder: '/app', isThread: false, isForked: true }

test.each([
  ['/app/node_modules/bullmq/dist/cjs/classes/main.js', false, /child process of a sandboxed BullMQ/],
  ['/app/node_modules/bullmq/dist/esm/classes/main.js', false, /child process of a sandboxed BullMQ/],
  ['C:\\app\\node_modules\\bullmq\\dist\\cjs\\classes\\main.js', false, /child process of a sandboxed BullMQ/],
  ['/app/node_modules/bullmq/dist/cjs/classes/main-worker.js', true, /worker thread of a sandboxed BullMQ/],
  ['/app/node_modules/.pnpm/bullmq@6.7.0/node_modules/bullmq/dist/esm/classes/main-worker.js', true, /BullMQ/],
  ['/app/node_modules/bullmq5/dist/cjs/classes/main.js', false, /BullMQ/],
  ['/app/dist/cjs/classes/main.js', false, /BullMQ/],
  ['/app/dist/cjs/classes/main-worker.js', true, /BullMQ/],
  ['/app/node_modules/bull/lib/process/master.js', false, /sandboxed Bull processor/],
  ['/app/node_modules/piscina/dist/worker.js', true, /Piscina/],
  ['/app/node_modules/piscina/dist/src/worker.js', true, /Piscina/],
])('2-17: %s begins a child of a pool', (file, isThread, what) => {
  expect(poolChild({ ...facts, file, isThread })).toMatch(what)
})

test.each([
  ['a file of the application', { file: '/app/dist/main.js' }],
  ['a file like it in another place', { file: '/app/dist/classes/main.js' }],
  ['a thread that runs a file of the application', { file: '/app/dist/worker.js', isThread: true }],
  ['a file of that name below another folder', { file: '/app/other/dist/cjs/classes/main.js' }],
  ['the file of a process, in a thread', { file: '/app/node_modules/bullmq/dist/cjs/classes/main.js', isThread: true }],
  ['the file of a thread, in a process', { file: '/app/node_modules/bullmq/dist/cjs/classes/main-worker.js' }],
  ['an application that nobody forked', { file: '/app/dist/cjs/classes/main.js', isForked: false }],
  ['a file within an application called bullmq', { file: '/srv/bullmq/dist/main.js' }],
  ['no file', { file: undefined }],
])('2-17: %s is an application', (_, own) => {
  expect(poolChild({ ...facts, ...own })).toBeUndefined()
})
