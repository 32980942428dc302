import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { InspectionSocket, type Inspected } from '../../src/inspection/inspection-socket.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-inspection-'))
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function asked(path: string, question: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const caller = connect(path, () => caller.write(`${JSON.stringify(question)}\n`))
    caller.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    caller.on('error', reject)
    caller.on('end', () => resolve(JSON.parse(answer)))
  })
}

test.each<[string, unknown, string]>([
  ['a value that JSON does not have', { freedBytes: 1n }, 'TypeError'],
  [
    'a value that fails when it is read',
    {
      get freedBytes(): number {
        throw new RangeError('of the application')
      },
    },
    'RangeError',
  ],
])('a record with %s is reported to the caller, and does not end the process', async (_, record, type) => {
  const explanation = { line: 'done', record } as never
  const inspected: Inspected = {
    report: () => ({ report: {} as never, text: 'all is well' }),
    explain: () => ({ alerts: [], explanation }),
    prove: async () => ({ refused: 'not here' }),
  }
  const faults: string[] = []
  const socket = new InspectionSocket(inspected, text => void faults.push(text))
  onTestFinished(() => socket[Symbol.asyncDispose]())
  await socket.open()
  expect(await asked(socket.path, { ask: 'explain', id: 'cache.warm#1' })).toEqual({
    error: `the question could not be answered: ${type}`,
  })
  expect(await asked(socket.path, { ask: 'report' })).toMatchObject({ answer: { text: 'all is well' } })
  expect(faults).toEqual([])
})
