import { askingHeaders } from './token.ts'

/** What the process knows of one thing. */
export interface Answer {
  readonly line: string
  readonly record: unknown
  /** The id that the answer explains: the one in the question, or the number of its tick. */
  readonly of: string
}

/**
 * Asks for an explanation.
 *
 * @param entry - the number of the tick that is explained where nothing is known of the thing itself any more
 * @throws an error with a text for people
 */
export async function explain(id: string, entry: number | undefined): Promise<Answer> {
  const tick = entry === undefined ? '' : `&entry=${entry}`
  return ask<Answer>(`explain?id=${encodeURIComponent(id)}${tick}`, { headers: askingHeaders() })
}

/** Stops actions, lets them go on, or ends a quarantine. @throws an error with a text for people */
export async function change(what: 'stop' | 'resume' | 'release', body: object = {}): Promise<void> {
  const headers = { ...askingHeaders(), 'content-type': 'application/json', 'x-homeostat-console': '1' }
  await ask(what, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(path, { ...init, cache: 'no-store' }).catch(() => undefined)
  if (response === undefined) throw new Error('the process does not answer')
  const body = (await response.json().catch(() => ({}))) as T & { error?: string }
  if (!response.ok) throw new Error(body.error ?? `the process answers with status ${response.status}`)
  return body
}
