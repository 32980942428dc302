import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Receipt } from '@homeostat/optimizer'
import { describe, expect, it } from 'vitest'
import { ActingDatabase } from './acting-database.ts'

const PROGRAM = fileURLToPath(new URL('acting-process.ts', import.meta.url))

describe('several processes', () => {
  const db = new ActingDatabase()
  const start = async (): Promise<ChildProcess> => {
    const child = fork(PROGRAM, [db.url])
    await once(child, 'message')
    return child
  }

  it('that act at once create one index', async () => {
    const children = await Promise.all([start(), start(), start()])
    const receipts = children.map(async child => {
      child.send('act')
      const [receipt] = (await once(child, 'message')) as [Pick<Receipt, 'effects' | 'problems'>]
      return receipt
    })
    const ended = await Promise.all(receipts)
    for (const child of children) child.kill('SIGKILL')
    expect(ended.reduce((built, { effects }) => built + (effects['built'] ?? 0), 0)).toBe(1)
    expect(ended.flatMap(({ problems }) => problems ?? []).join()).toContain('another process is creating')
    expect((await db.indexes()).length).toBeLessThanOrEqual(1)
  })
})
