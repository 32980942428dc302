import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, it } from 'vitest'
import { currentWork, isWorkUsed, runAsWork, WorkUnit } from '../../src/index.ts'

const owner = {}

it('statements add up, also those that run at once', () => {
  const work = new WorkUnit(owner)
  work.statementEnded(30)
  work.statementEnded(20)
  expect(work.databaseMs).toBe(50)
})

it('commands that wait together count once', () => {
  const work = new WorkUnit(owner)
  work.commandStarted(100)
  work.commandStarted(110)
  work.commandEnded(130)
  work.commandEnded(150)
  work.commandStarted(200)
  work.commandEnded(205)
  expect(work.redisMs).toBe(55)
})

it('what comes after the end is not its cost, and what is open at the end counts until then', () => {
  const work = new WorkUnit(owner)
  work.commandStarted(100)
  work.end(140)
  work.commandEnded(500)
  work.statementEnded(70)
  work.commandStarted(600)
  work.commandEnded(700)
  expect([work.databaseMs, work.redisMs]).toEqual([0, 40])
  expect(work.isOver).toBe(true)
})

it('the current work is that of the code that started the present code; no storage is made before the first', async () => {
  expect(isWorkUsed()).toBe(false)
  expect(currentWork()).toBeUndefined()
  expect(isWorkUsed()).toBe(false)
  const [a, b] = [new WorkUnit(owner), new WorkUnit(owner)]
  const own = new AsyncLocalStorage<string>()
  const look = async (): Promise<unknown[]> => {
    const before = currentWork()
    await new Promise(resolve => setTimeout(resolve, 5))
    return [before, currentWork(), own.getStore()]
  }
  const seen = await own.run('mine', () =>
    Promise.all([runAsWork(a, look), runAsWork(b, look), runAsWork(a, () => runAsWork(b, look)), look()]),
  )
  expect(seen).toEqual([
    [a, a, 'mine'],
    [b, b, 'mine'],
    [b, b, 'mine'],
    [undefined, undefined, 'mine'],
  ])
  expect(isWorkUsed()).toBe(true)
  expect(() => runAsWork(a, () => expect.fail('passes'))).toThrow('passes')
  expect(currentWork()).toBeUndefined()
})
