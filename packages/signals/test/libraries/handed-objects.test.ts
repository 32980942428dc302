import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { HandedObjects } from '../../src/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test('objects from before and after are measured once each, stopped at the end, and measured again by the next', () => {
  const handed = new HandedObjects<object>(error => {
    throw error
  })
  const [early, late] = [{}, {}]
  const events: [string, object][] = []
  const measure = (object: object): (() => void) => {
    events.push(['start', object])
    return () => void events.push(['stop', object])
  }
  expect(handed.wasGiven).toBe(false)
  handed.add(early)
  const first = handed.follow(measure)
  handed.add(late)
  for (const object of [early, late, late]) handed.add(object)
  expect(events.splice(0)).toEqual([
    ['start', early],
    ['start', late],
  ])
  first[Symbol.dispose]()
  expect(events.splice(0).map(([what]) => what)).toEqual(['stop', 'stop'])
  handed.follow(measure)
  expect(events.map(([what]) => what)).toEqual(['start', 'start'])
  expect(handed.wasGiven).toBe(true)
})

test('one object that fails is reported and keeps no other from being measured', () => {
  const errors: unknown[] = []
  const handed = new HandedObjects<{ name: string }>(error => void errors.push(error))
  const measured: string[] = []
  for (const name of ['a', 'bad', 'b']) handed.add({ name })
  handed.follow(({ name }) => {
    if (name === 'bad') throw new Error('planted')
    measured.push(name)
    return undefined
  })
  expect(measured).toEqual(['a', 'b'])
  expect(errors).toHaveLength(1)
})

test('objects that the application no longer holds are released, and not stopped later', async () => {
  const handed = new HandedObjects<object>(() => undefined)
  const stopped: number[] = []
  const followed = handed.follow(object => () => void stopped.push(Object.keys(object).length))
  const refs = Array.from({ length: 200 }, () => {
    const object = {}
    handed.add(object)
    return new WeakRef(object)
  })
  // A WeakRef holds its object until the current job is over.
  await sleep(1)
  collectGarbage()
  expect(refs.filter(ref => ref.deref() !== undefined)).toEqual([])
  followed[Symbol.dispose]()
  expect(stopped).toEqual([])
})
