import { expect, it } from 'vitest'
import type { Action, Decision, Receipt } from '../../src/index.ts'
import { switchable } from '../../src/actions/switched-action.ts'

it('2-20: the change of a switchback whose run comes after its end is undone, also when the first undo fails', async () => {
  let arrive = (_: Receipt): void => {}
  const run = new Promise<Receipt>(resolve => (arrive = resolve))
  const action: Action = {
    name: 'load.shed',
    scope: 'process',
    touches: ['load'],
    raises: [],
    lowers: [],
    risk: 0,
    run: () => run,
  }
  const plan = [{ arm: 'control', from: 0, to: 1000 }]
  const { run: begin } = switchable({ action, design: { kind: 'switchback', plan } } as unknown as Decision).action
  const signal = new AbortController().signal
  const context = {
    firing: { alert: 'A', labels: {}, annotations: {}, value: 1, since: 0 },
    now: 0,
    sliceMs: 5,
    signal,
  }
  const receipt = await begin({ ...context, options: undefined })
  const switching = receipt.switch!(true, { now: 0, signal })
  expect(await receipt.undo!({ now: 0, signal })).toEqual({ result: 'restored' })

  let undos = 0
  arrive({
    summary: 'shed',
    effects: { requests: 1 },
    undo: context => {
      if (++undos > 2) return Promise.resolve({ result: 'restored' })
      // An uncaught exception of a listener would end the process.
      context.signal.addEventListener('abort', () => {
        throw new Error('from a listener')
      })
      return undos === 1 ? new Promise(() => {}) : Promise.resolve({ result: 'failed', error: 'not now' })
    },
  })
  await switching
  expect(undos).toBe(3)
})
