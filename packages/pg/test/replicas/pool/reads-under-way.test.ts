import { AsyncLocalStorage } from 'node:async_hooks'
import { create } from 'node:domain'
import { expect, it } from 'vitest'
import { ReadsUnderWay } from '../../../src/replicas/pool/reads-under-way.ts'

it("a callback that throws is called once, and its error is the application's", async () => {
  const reads = new ReadsUnderWay(new AsyncLocalStorage())
  const thrown: Error[] = []
  const application = create()
  application.on('error', (error: Error) => void thrown.push(error))
  const outcomes: unknown[] = []
  application.run(() =>
    reads.answering(
      (error, outcome) => {
        outcomes.push(error ?? outcome)
        throw new Error('of the application')
      },
      undefined,
      settle => {
        // As where a statement that could not start fails.
        try {
          settle(null, 'the answer')
        } catch (error) {
          settle(error as Error)
        }
      },
    ),
  )
  await expect.poll(() => thrown.map(({ message }) => message)).toEqual(['of the application'])
  expect(outcomes).toEqual(['the answer'])
  expect(reads.settled()).toBeUndefined()
  // None is counted twice: the next one is under way.
  reads.answering(
    () => {},
    undefined,
    () => {},
  )
  expect(reads.settled()).toBeInstanceOf(Promise)
})
