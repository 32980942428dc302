import type { Messages } from '../../src/wire/messages.ts'
import { EventStreamReader } from './event-stream.ts'
import { store } from './store.ts'
import { askingHeaders, takeToken } from './token.ts'

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 15_000
/** The server sends something every 15 s. */
const SILENCE_MS = 40_000
/** A tab that nobody sees costs the process nothing, and leaves its connection to others: a browser has six for one address. */
const UNSEEN_MS = 30_000

let pauseMs = FIRST_PAUSE_MS
let stop: AbortController | undefined

/** Follows the process until the page is closed; after a break it asks again, less and less often. */
export async function connect(): Promise<void> {
  for (;;) {
    stop = new AbortController()
    const why = await follow(stop)
    if (document.hidden) {
      store.connection.value = { state: 'connecting' }
      await seen()
      continue
    }
    if (why === 'locked') {
      store.connection.value = { state: 'locked', isRefused: takeToken() !== undefined }
      return
    }
    store.connection.value = { state: 'lost', why, retryAt: Date.now() + pauseMs }
    await pause(pauseMs)
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }
}

let unseen: ReturnType<typeof setTimeout> | undefined
document.addEventListener('visibilitychange', () => {
  clearTimeout(unseen)
  if (document.hidden) unseen = setTimeout(() => stop?.abort(), UNSEEN_MS)
})

/** Settles when somebody looks at this tab. */
function seen(): Promise<void> {
  return new Promise(resolve => {
    const look = (): void => {
      if (document.hidden) return
      document.removeEventListener('visibilitychange', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    look()
  })
}

let goOn: () => void = () => undefined

/** Asks at once. */
export function reconnect(): void {
  goOn()
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    goOn = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}

/** Reads one stream to its end. Returns why it ended. */
async function follow(abort: AbortController): Promise<string> {
  let silence: ReturnType<typeof setTimeout> | undefined
  const heard = (): void => {
    clearTimeout(silence)
    silence = setTimeout(() => abort.abort(), SILENCE_MS)
  }
  try {
    heard()
    const response = await fetch('events', { headers: askingHeaders(), signal: abort.signal, cache: 'no-store' })
    if (response.status === 401) return 'locked'
    if (!response.ok || response.body === null) return await reasonOf(response)
    pauseMs = FIRST_PAUSE_MS
    const reader = new EventStreamReader()
    const chunks = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await chunks.read()
      if (done) return 'the process has ended the connection'
      heard()
      for (const { event, data } of reader.read(value)) take(event, data)
    }
  } catch {
    return 'the process does not answer'
  } finally {
    clearTimeout(silence)
  }
}

function take(event: string, data: string): void {
  // A newer process may send what this page does not know.
  if (!['hello', 'sections', 'gauges', 'past', 'sample', 'news'].includes(event)) return
  store.take(event as keyof Messages, JSON.parse(data) as never)
}

async function reasonOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => ({}))) as { error?: string }
  return body.error ?? `the process answers with status ${response.status}`
}
