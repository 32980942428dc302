import { expect, test } from 'vitest'
import { SingleFlight } from '../../src/actions/single-flight.ts'

const fail = (): Promise<number> => Promise.reject(new Error('down'))

test('callers that ask for a key in flight share the result, and the next call works again', async () => {
  const flights = new SingleFlight<number>()
  let works = 0
  const work = async (): Promise<number> => ++works
  expect(await Promise.all([flights.run('a', work), flights.run('a', work), flights.run('b', work)])).toEqual([
    { result: 1, shared: false },
    { result: 1, shared: true },
    { result: 2, shared: false },
  ])
  expect(await flights.run('a', work)).toEqual({ result: 3, shared: false })
  expect(flights.size).toBe(0)
})

test('a failure is shared too and is not remembered', async () => {
  const flights = new SingleFlight<number>()
  const ends = await Promise.allSettled([flights.run('a', fail), flights.run('a', fail)])
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await flights.run('a', async () => 1)).toEqual({ result: 1, shared: false })
})
