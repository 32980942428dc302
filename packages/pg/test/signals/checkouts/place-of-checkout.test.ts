import { expect, it } from 'vitest'
import { placeIn } from '../../../src/signals/checkouts/place-of-checkout.ts'

it.each([
  ['at handler (/app/src/orders.ts:12:5)', 'src/orders.ts:12'],
  ['at async handler (file:///app/src/orders.ts:12:5)', 'src/orders.ts:12'],
  ['at /app/src/orders.ts:12:5', 'src/orders.ts:12'],
  ['at Object.<anonymous> (/app/src/with space/a (copy).ts:1:1)', undefined],
])('%s is %s', (frame, place) => {
  const stack = [
    'Error',
    '    at node:internal/process/task_queues:95:5',
    `    at q (/app/node_modules/pg-pool/index.js:1:2)`,
    `    ${frame}`,
  ]
  expect(placeIn(stack.join('\n'), '/app')).toBe(place)
})

it('a stack without the code of the application has no place', () => {
  expect(placeIn(undefined)).toBeUndefined()
  expect(placeIn('Error\n    at node:net:1:1')).toBeUndefined()
})
