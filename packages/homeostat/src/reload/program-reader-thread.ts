import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { RuleSource } from '@homeostat/promql'
import type { ReaderTask, SentPart } from './program-reader.ts'
import { readProgramFiles } from './read-program-files.ts'

/** Unpacking so many takes about a millisecond. */
const OF_PART = 100

const { ruleFiles, responseFiles, base, port } = workerData as ReaderTask
const known: RuleSource[] = []
for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
  known.push(...(next.message as readonly RuleSource[]))
const { rules, responses, errors, warnings } = readProgramFiles(ruleFiles, responseFiles, { ...base, rules: known })
const send = (part: SentPart): void => port.postMessage(part, [])

for (const group of rules) {
  send({ part: 'group', group: { ...group, rules: [] } })
  for (const part of parts(group.rules)) send({ part: 'rules', rules: part })
}
for (const part of parts(responses)) send({ part: 'responses', responses: part })
for (const part of parts(warnings)) send({ part: 'warnings', warnings: part })
for (const part of parts(errors))
  send({
    part: 'errors',
    errors: part.map(({ file, line, column, reason, place }) => ({ file, line, column, reason, place })),
  })
parentPort?.postMessage('done', [])

function parts<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / OF_PART) }, (_, index) =>
    items.slice(index * OF_PART, (index + 1) * OF_PART),
  )
}
