import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { bullmq, StallGuard, type StallGuardOptions } from '../../src/domain.ts'
import { BullMQInstrumentation } from '../../src/index.ts'

/** The lines that the work leads to. */
async function linesOf(work: () => Disposable | undefined): Promise<string[]> {
  const lines: string[] = []
  const note = ({ message }: Error): unknown => lines.push(message)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  work()?.[Symbol.dispose]()
  await sleep(0)
  process.off('warning', note)
  return lines
}

it('each wrong option of a stall guard is a line, and it guards or only counts without', async () => {
  const { workers, registry } = new BullMQInstrumentation()
  const made = (options: unknown): StallGuard => new StallGuard(options as StallGuardOptions)
  expect(
    await linesOf(() => made({ workers, registry, limitMs: 5000, mode: () => 'act', onReceipt: () => {} })),
  ).toEqual([])
  const wrong = { workers, registry, limitMs: 'x', mode: 'bla', onReceipt: 5, foo: 1 }
  expect(await linesOf(() => made(wrong))).toEqual([
    'new StallGuard().foo is not an option of new StallGuard() and is ignored',
    'new StallGuard().limitMs is a text of 1 character, but must be a whole number from 100 to 86400000 (ms); 60000 is used',
    'new StallGuard().mode is a text of 3 characters, but must be a function; the guard only counts',
    'new StallGuard().onReceipt is 5, but must be a function; nothing is called',
  ])
  for (const options of [undefined, null, 5]) {
    expect(await linesOf(() => made(options))).toHaveLength(1)
  }
  expect(await linesOf(() => made({ workers: {}, registry: 5 }))).toHaveLength(2)
})

it('a target age above the age that is too long is a line', async () => {
  const lines = async (options: object): Promise<string[]> => linesOf(() => void bullmq(options))
  expect(await lines({ targetAgeSeconds: 60, maxWaitSeconds: 60 })).toEqual([])
  expect(await lines({ targetAgeSeconds: 60 })).toEqual([
    'bullmq.targetAgeSeconds is 60, above maxWaitSeconds (30): QueueBacklog fires before an autoscaler has a reason to scale; set maxWaitSeconds not below it',
  ])
})
