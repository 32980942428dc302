import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import type { Response } from '@homeostat/optimizer'
import { after, nextTurn } from '@homeostat/signals'
import type { RuleGroup, RuleSource } from '@homeostat/promql'
import { RuleFileError, rulesOf } from '@homeostat/promql'
import type { FileText, ProgramBase, ReadProgram } from './read-program-files.ts'

/** Texts up to this length, some forty rules, are read at once: a thread takes longer to start than they take to read. */
const AT_ONCE_CHARACTERS = 4096

/** Rules of the application that are sent at once; packing so many takes about a millisecond. */
const RULES_OF_PART = 100

/** Reading takes seconds only where a file is made to; until then the program before stays in force. */
const LONGEST_READ_MS = 60_000

/** Parsed YAML takes some fifty times the memory of its text, of which there are at most 4 MiB a file. */
const LIMITS = { maxOldGenerationSizeMb: 1024 }

/** An error as it crosses threads: its class does not. */
export type SentError = Pick<RuleFileError, 'file' | 'line' | 'column' | 'reason' | 'place'>

/** A message of the thread. Messages are small, because each is unpacked in one go. */
export type SentPart =
  | { readonly part: 'group'; readonly group: RuleGroup }
  | { readonly part: 'rules'; readonly rules: RuleGroup['rules'] }
  | { readonly part: 'responses'; readonly responses: readonly Response[] }
  | { readonly part: 'errors'; readonly errors: readonly SentError[] }
  | { readonly part: 'warnings'; readonly warnings: readonly string[] }

/** The task of the thread. */
export interface ReaderTask {
  readonly ruleFiles: readonly FileText[]
  readonly responseFiles: readonly FileText[]
  /** Its rules wait in the port, in lists. */
  readonly base: Omit<ProgramBase, 'rules'>
  readonly port: MessagePort
}

/** Reads rule and response files; large ones in a thread, because parsing ten thousand rules takes seconds. */
export async function readProgram(
  ruleFiles: readonly FileText[],
  responseFiles: readonly FileText[],
  base: ProgramBase,
): Promise<ReadProgram> {
  const characters = [...ruleFiles, ...responseFiles].reduce((sum, { text }) => sum + text.length, 0)
  const port = characters > AT_ONCE_CHARACTERS ? await readInThread(ruleFiles, responseFiles, base) : undefined
  if (port) return received(port)
  // Its reader of YAML takes longer to load than ten thousand rules have: who reads in a thread does not need it here.
  const { readProgramFiles } = await import('./read-program-files.ts')
  return readProgramFiles(ruleFiles, responseFiles, base)
}

/** Reads in a thread and returns the port of its result; undefined where no thread can start: in a bundle, or without permission. */
async function readInThread(
  ruleFiles: readonly FileText[],
  responseFiles: readonly FileText[],
  { rules, ...base }: ProgramBase,
): Promise<MessagePort | undefined> {
  const { port1, port2 } = new MessageChannel()
  port1.unref()
  for (const part of partsOf(rules)) {
    port1.postMessage(part, [])
    await nextTurn()
  }
  const worker = startThread({ ruleFiles, responseFiles, base, port: port2 })
  if (!worker) return undefined
  const isRead = new Promise<boolean>((resolve, reject) => {
    const late = after(LONGEST_READ_MS, () => {
      reject(new ProgramTooLargeError(LONGEST_READ_MS))
      void worker.terminate()
    })
    const settle = (hasRead: boolean): void => {
      late[Symbol.dispose]()
      resolve(hasRead)
    }
    worker.once('message', () => settle(true))
    worker.once('error', () => settle(false))
    worker.once('exit', () => settle(false))
  })
  worker.unref()
  return (await isRead) ? port1 : undefined
}

/** Rules in lists that are packed within a millisecond. A group is in several, since only its alerts are looked for. */
function partsOf(rules: readonly RuleSource[]): RuleSource[][] {
  const single = rules.flatMap(rulesOf)
  return Array.from({ length: Math.ceil(single.length / RULES_OF_PART) }, (_, index) =>
    single.slice(index * RULES_OF_PART, (index + 1) * RULES_OF_PART),
  )
}

function startThread(workerData: ReaderTask): Worker | undefined {
  try {
    // In a bundle of CommonJS there is no `import.meta`, and no file of ours.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    // Neither options nor environment of the process: its preloaded modules, this loop among them, belong to it alone.
    return new Worker(new URL(`./program-reader-thread.${extension}`, import.meta.url), {
      workerData,
      transferList: [workerData.port],
      name: 'homeostat rule files',
      execArgv: [],
      env: {},
      resourceLimits: LIMITS,
    })
  } catch {
    return undefined
  }
}

/** Takes one part after the other, each in a turn of the event loop. */
async function received(port: MessagePort): Promise<ReadProgram> {
  const rules: (Omit<RuleGroup, 'rules'> & { rules: RuleGroup['rules'][number][] })[] = []
  const responses: Response[] = []
  const errors: RuleFileError[] = []
  const warnings: string[] = []
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
    const sent = next.message as SentPart
    if (sent.part === 'group') rules.push({ ...sent.group, rules: [] })
    else if (sent.part === 'rules') rules.at(-1)?.rules.push(...sent.rules)
    else if (sent.part === 'responses') responses.push(...sent.responses)
    else if (sent.part === 'warnings') warnings.push(...sent.warnings)
    else errors.push(...sent.errors.map(errorOf))
    await nextTurn()
  }
  port.close()
  return { rules, responses, errors, warnings }
}

function errorOf({ file, line, column, reason, place }: SentError): RuleFileError {
  return new RuleFileError(file, { line, column }, reason, place)
}

/** Rule and response files took too long to read. */
class ProgramTooLargeError extends Error {
  override readonly name = 'ProgramTooLargeError'
  readonly code = 'HOMEOSTAT_PROGRAM_TOO_LARGE'

  constructor(limitMs: number) {
    super(`reading them takes more than ${limitMs / 1000} s: use fewer rules and responses, or fewer YAML aliases`)
  }
}
