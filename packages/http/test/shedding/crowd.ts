import { Worker } from 'node:worker_threads'

/** The answers to requests of a crowd, by kind: how many of each status, and the values of `Retry-After`. */
export type CrowdAnswers = Record<string, { statuses: Record<number, number>; retryAfter: string[]; body: string }>

const TEXT = `
const { parentPort, workerData } = require('node:worker_threads')
const { Agent, request } = require('node:http')
const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
const answers = {}
let isOver = false
function ask(origin, [name, path, headers]) {
  return new Promise(resolve => {
    const outgoing = request(origin + path, { agent, headers }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', piece => (body += piece))
      response.on('end', () => {
        const seen = (answers[name] ??= { statuses: {}, retryAfter: [], body: '' })
        seen.statuses[response.statusCode] = (seen.statuses[response.statusCode] ?? 0) + 1
        if (response.statusCode === 503) { seen.body = body; seen.retryAfter.push(response.headers['retry-after']) }
        resolve()
      })
    })
    outgoing.on('error', resolve)
    outgoing.end()
  })
}
const { origin, kinds, clients } = workerData
for (let client = 0; client < clients; client++) {
  const kind = kinds[client % kinds.length]
  const next = () => (isOver ? undefined : ask(origin, kind).then(next))
  next()
}
parentPort.on('message', () => { isOver = true; agent.destroy(); parentPort.postMessage(answers); parentPort.close() })
`

/**
 * Many clients in a thread of their own, each of which asks again as soon as it is answered, so that the server has always more waiting than it can
 * serve, however fast either runs.
 *
 * @param kinds - name, path and headers; clients take turns
 */
export async function withCrowd(
  origin: string,
  kinds: readonly (readonly [string, string, Record<string, string>])[],
  during: () => Promise<void>,
): Promise<CrowdAnswers> {
  const worker = new Worker(TEXT, { eval: true, workerData: { origin, kinds, clients: 150 } })
  try {
    await during()
    const answers = new Promise<CrowdAnswers>(resolve => void worker.once('message', resolve))
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage('end')
    return await answers
  } finally {
    await worker.terminate()
  }
}
