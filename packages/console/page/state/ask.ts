import { askingHeaders } from './token.ts'

/** What the process knows of one thing. */
export interface Answer {
  readonly line: string
  readonly record: unknown
}

/** Asks for an explanation. @throws an error with a text for people */
export async function explain(id: string): Promise<Answer> {
  return ask<Answer>(`explain?id=${encodeURIComponent(id)}`, { headers: askingHeaders() })
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
