import { expect, test } from 'vitest'
import { isLastPreload } from '../../src/doors/preloads.ts'

const OURS = ['--import', 'homeostat/register']

test.each([
  [OURS],
  [['--import=homeostat/register']],
  [['--import', 'file:///app/node_modules/homeostat/dist/register.js']],
  [['--import', 'C:\\app\\node_modules\\homeostat\\dist\\register.js']],
  [['--import', './sdk.mjs', ...OURS]],
  // Modules of --require come first, wherever they stand.
  [[...OURS, '--require', './sdk.cjs']],
  [[...OURS, '--max-old-space-size=100', '--loader', 'x']],
  [['--require', 'homeostat/register']],
  [[]],
])('%j: nothing comes after it', flags => {
  expect(isLastPreload(flags)).toBe(true)
})

test.each([
  [[...OURS, '--import', './sdk.mjs']],
  [[...OURS, '--import=./sdk.mjs']],
  [[...OURS, '--import=@opentelemetry/instrumentation/loader.mjs']],
  [['-r', 'homeostat/register', '--require=./sdk.cjs']],
  [['--require', 'homeostat/register', '--import', './sdk.mjs']],
])('%j: something comes after it', flags => {
  expect(isLastPreload(flags)).toBe(false)
})

test('flags of the command line come after those of NODE_OPTIONS', () => {
  expect(isLastPreload(['--import', './sdk.mjs'], OURS.join(' '))).toBe(false)
  expect(isLastPreload(OURS, '--import ./sdk.mjs')).toBe(true)
  expect(isLastPreload([], '--import "homeostat/register"')).toBe(true)
})
