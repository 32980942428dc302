import { mkdtempSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changedProof, isDone } from '../../src/cli/proofs/changed-proof.ts'
import { ProvingProcess } from '../../src/cli/proofs/proving-process.ts'
import { watchedProof } from '../../src/cli/proofs/watched-proof.ts'
import type { ProveQuestion, ProveState } from '../../src/proof/prove-question.ts'
import { ProvenService } from '../proof/proven-service.ts'

let service: ProvenService
let server: Server
let asked: ProveQuestion[]
/** Whether a question, or else its answer, gets lost on the way. */
let loss: (question: ProveQuestion) => 'question' | 'answer' | undefined
let command: ProvingProcess

async function answered(socket: Socket, question: ProveQuestion): Promise<void> {
  asked.push(question)
  const lost = loss(question)
  const answer = lost === 'question' ? undefined : await service.ask(question)
  if (lost === undefined) socket.end(`${JSON.stringify({ answer })}\n`)
  else socket.destroy()
}

beforeEach(async () => {
  service = new ProvenService()
  asked = []
  loss = () => undefined
  server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.once('data', data => void answered(socket, JSON.parse(data.toString()) as ProveQuestion))
  })
  const path = join(mkdtempSync(join(tmpdir(), 'homeostat-watched-')), 'socket')
  await new Promise<void>(resolve => server.listen(path, resolve))
  command = new ProvingProcess(path)
})
afterEach(async () => {
  server.close()
  await service.close()
})

const begun = async (): Promise<string> => ((await service.start()) as ProveState).id
const aborts = (): ProveQuestion[] => asked.filter(question => question.do === 'abort')

test('a watched proof that another one has replaced ends the command, and the other one goes on', async () => {
  const id = await begun()
  const interruption = new AbortController()
  const watching = watchedProof(command, id, () => undefined, interruption.signal)
  await expect.poll(() => asked.length).toBeGreaterThan(0)
  await service.do('abort')
  const other = await begun()
  interruption.abort()
  const { proof } = await watching
  expect(proof.ending).toMatchObject({ why: 'abandoned', detail: expect.stringContaining('another proof runs') })
  expect(await service.state()).toMatchObject({ id: other, state: 'running' })
})

test.each(['question', 'answer'] as const)('an interruption whose %s is lost is sent again', async what => {
  loss = question => (question.do === 'abort' && aborts().length === 1 ? what : undefined)
  const id = await begun()
  const watching = watchedProof(command, id, () => undefined, AbortSignal.abort())
  const { proof, reverted } = await watching
  expect(proof.ending).toMatchObject({ why: 'aborted' })
  expect(reverted).toEqual(['plant.valve: restored', 'placebo: restored'])
  expect(service.valve).toBe(8)
  // From the interruption on, no question prolongs the proof.
  expect(asked.filter(question => question.do === 'state' && question.id !== undefined)).toEqual([])
  expect(aborts()).toContainEqual({ ask: 'prove', do: 'abort', id })
})

test.each(['question', 'answer'] as const)(
  'an abort from another terminal whose %s is lost is sent again',
  async what => {
    loss = question => (question.do === 'abort' && aborts().length === 1 ? what : undefined)
    await begun()
    expect(await changedProof(command, 'abort')).toMatchObject({ state: 'over', reverted: expect.any(Array) })
    expect(service.valve).toBe(8)
  },
)

test('a proof that is over already cannot be aborted', async () => {
  await begun()
  await service.do('abort')
  await expect(changedProof(command, 'abort')).rejects.toThrow('the proof is over')
})

test('a pause is done when the knob is back, and an end when everything is reverted', async () => {
  await begun()
  const paused = await changedProof(command, 'pause')
  expect(paused).toMatchObject({ state: 'paused', standing: 'as wanted' })
  expect(isDone({ ...paused, standing: 'elsewhere' }, 'pause')).toBe(false)
  expect(isDone({ ...paused, state: 'over' }, 'abort')).toBe(false)
})
