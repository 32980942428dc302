import { expect, test, vi } from 'vitest'
import { Ticker } from '../../src/parts.ts'

test('the ticker waits for a tick that is not over, and reports one that fails and goes on', async () => {
  const errors: unknown[] = []
  const ended: ((error?: Error) => void)[] = []
  const tick = (): Promise<void> =>
    new Promise((resolve, reject) => ended.push(error => (error ? reject(error) : resolve())))
  const ticker = new Ticker(1, tick, error => errors.push(error))
  const untilTicks = (count: number): Promise<void> => vi.waitFor(() => expect(ended).toHaveLength(count))

  ticker.start()
  await untilTicks(1)
  await new Promise(resolve => setTimeout(resolve, 30))
  expect(ended).toHaveLength(1)

  ended[0]!(new Error('no'))
  await untilTicks(2)
  expect(errors).toHaveLength(1)

  ended[1]!()
  await untilTicks(3)
  ticker.stop()
})
