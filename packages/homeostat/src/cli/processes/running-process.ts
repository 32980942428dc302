import { lstatSync, readdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { after } from '@homeostat/signals'
import { pidOfSocket, socketFolder, socketPath } from '../../inspection/socket-place.ts'
import type { Question, Reply } from '../../inspection/question.ts'
import { processListeningAt } from './listening-process.ts'
import { WrongCallError } from '../wrong-call-error.ts'

/** How long a process may take to answer: its event loop may be blocked. */
const LONGEST_ANSWER_MS = 10_000
const LARGEST_ANSWER = 64 * 1024 * 1024
const HOW = 'start it with HOMEOSTAT_INSPECTION=true, or the option inspection: true'

/** The process has ended. */
export class ProcessGoneError extends WrongCallError {}

/** Whether an argument names a running process: its number, a socket, or a local address at which it serves. */
export function namesProcess(text: string): boolean {
  return /^\d{1,10}$/.test(text) || (/^https?:\/\//.test(text) && URL.canParse(text)) || isSocket(text)
}

/**
 * The socket of a running process.
 *
 * @param target its number, a socket, or a local address at which it serves
 * @param how it has to be started
 * @throws WrongCallError
 */
export function socketOf(target: string, how: string = HOW): string {
  if (isSocket(target)) return target
  if (!namesProcess(target))
    throw new WrongCallError(
      `'${target}' is not a process: give its number, its socket, or an address at which it serves`,
    )
  const pid = /^\d+$/.test(target) ? Number(target) : processListeningAt(target)
  const state = stateOf(pid)
  if (state === 'gone') throw new ProcessGoneError(`no process ${pid} runs here`)
  const path = socketPath(pid)
  if (isSocket(path)) return ofThisUser(path)
  if (state === 'of another user')
    throw new WrongCallError(`process ${pid} belongs to another user: ask it as that user`)
  throw new WrongCallError(`process ${pid} cannot be asked: ${how}, for the same user`)
}

/**
 * Asks a running process.
 *
 * @throws WrongCallError where it does not answer
 */
export function askProcess<Answer>(path: string, question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      socket.destroy()
      const Failure = reason === ENDED ? ProcessGoneError : WrongCallError
      reject(new Failure(`the process behind '${path}' cannot be asked: ${reason}`))
    }
    const socket = connect(path, () => socket.write(`${JSON.stringify(question)}\n`))
    const chunks: Buffer[] = []
    let bytes = 0
    const limit = after(LONGEST_ANSWER_MS, () => fail('it does not answer'), { holdsProcess: true })
    socket.on('close', () => limit[Symbol.dispose]())
    socket.on('error', ({ code = 'an error' }: NodeJS.ErrnoException) => fail(REASONS[code] ?? code))
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > LARGEST_ANSWER) fail('its answer is too long')
    })
    socket.on('end', () => {
      const reply = replyIn(Buffer.concat(chunks).toString('utf8'))
      if (reply === undefined) fail('its answer cannot be read')
      else if ('error' in reply) fail(reply.error)
      else resolve(reply.answer as Answer)
    })
  })
}

const ENDED = 'it has ended'

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: ENDED,
  ENOENT: ENDED,
  EACCES: 'it belongs to another user',
}

function replyIn(text: string): Reply<unknown> | undefined {
  try {
    const reply = JSON.parse(text) as Reply<unknown> | null
    return typeof reply === 'object' && reply !== null && ('answer' in reply || 'error' in reply) ? reply : undefined
  } catch {
    return undefined
  }
}

/**
 * The socket of the only process that can be asked.
 *
 * @param callWith the command that asks one of several, up to its number
 * @param how such a process has to be started
 * @throws WrongCallError
 */
export function onlySocket(callWith: string, how: string = HOW): string {
  const pids = askablePids()
  const [first, ...more] = pids
  if (first === undefined) throw new WrongCallError(`no process of this user can be asked: ${how}`)
  if (more.length > 0)
    throw new WrongCallError(`name one of the processes ${pids.join(', ')}, e.g. ${callWith}${first}`)
  return ofThisUser(socketPath(first))
}

/** The running processes that have a socket. */
function askablePids(): number[] {
  let names: string[] = []
  try {
    names = readdirSync(socketFolder())
  } catch {
    // No process has made it.
  }
  return names
    .flatMap(name => pidOfSocket(name) ?? [])
    .filter(pid => isSocket(join(socketFolder(), `${pid}.sock`)) && stateOf(pid) === 'running')
    .toSorted((one, other) => one - other)
}

function stateOf(pid: number): 'running' | 'of another user' | 'gone' {
  try {
    // 0 would be this process and its group.
    return pid > 0 && process.kill(pid, 0) ? 'running' : 'gone'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'of another user' : 'gone'
  }
}

/**
 * The same path. The folder for temporary files is everybody's, and whoever makes the folder of the sockets first could answer in the place
 * of the process.
 *
 * @throws WrongCallError where another user owns the socket or a folder above it, or may write there
 */
function ofThisUser(path: string): string {
  const user = process.getuid?.()
  const folder = dirname(path)
  for (const each of [dirname(folder), folder, path]) {
    const { uid, mode } = lstatSync(each)
    const isOthers = user !== undefined && (uid !== user || (each !== path && (mode & 0o022) !== 0))
    if (isOthers) throw new WrongCallError(`'${each}' is not of this user alone, so nothing behind it can be trusted`)
  }
  return path
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket()
  } catch {
    return false
  }
}
