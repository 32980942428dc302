import { expect, test } from 'vitest'
import { CHANGE_HEADER, Gate, type Asking } from '../../src/server/gate.ts'

const TOKEN = 'a token of some length'

const asking = (headers: Asking['headers'], more: Partial<Asking> = {}): Asking => ({
  headers: { host: '127.0.0.1:4663', ...headers },
  isChange: false,
  isPublic: false,
  ...more,
})

function statusOf(gate: Gate, asked: Asking): number {
  return gate.rejectionOf(asked)?.status ?? 200
}

test.each(['127.0.0.1:4663', 'localhost:4663', 'LOCALHOST', '[::1]:4663', '127.0.0.9', 'shop.localhost:80'])(
  'a browser of this machine that asks %s is answered',
  host => {
    expect(statusOf(new Gate(undefined), asking({ host }))).toBe(200)
  },
)

test.each([
  'evil.example',
  'evil.example:4663',
  '127.0.0.1.evil.example',
  '10.0.0.7:4663',
  'localhost.evil.example',
  '',
  'a b',
])('a name that was pointed at this machine gets nothing: %s', host => {
  expect(statusOf(new Gate(undefined), asking({ host }))).toBe(421)
  // The page itself neither: a script of ours would run under the name of somebody else.
  expect(statusOf(new Gate(undefined), asking({ host }, { isPublic: true }))).toBe(421)
})

test('another page in the same browser gets nothing, though a link to the console works', () => {
  const gate = new Gate(undefined)
  for (const site of ['cross-site', 'same-site']) expect(statusOf(gate, asking({ 'sec-fetch-site': site }))).toBe(403)
  for (const site of ['same-origin', 'none']) expect(statusOf(gate, asking({ 'sec-fetch-site': site }))).toBe(200)
  expect(statusOf(gate, asking({ 'sec-fetch-site': 'cross-site' }, { isPublic: true }))).toBe(200)
})

test('a change needs the header of our page, and no foreign origin', () => {
  const gate = new Gate(undefined)
  const change = (headers: Asking['headers']): number => statusOf(gate, asking(headers, { isChange: true }))
  expect(change({})).toBe(403)
  expect(change({ [CHANGE_HEADER]: '1' })).toBe(200)
  expect(change({ [CHANGE_HEADER]: '1', origin: 'http://127.0.0.1:4663' })).toBe(200)
  for (const origin of ['http://evil.example', 'http://127.0.0.1:80', 'http://localhost:4663', 'null'])
    expect(change({ [CHANGE_HEADER]: '1', origin })).toBe(403)
})

test('with a token, everything but the files of the page needs it, and any name may lead here', () => {
  const gate = new Gate(TOKEN)
  const asked = (authorization: string | undefined): number =>
    statusOf(gate, asking({ host: 'shop.internal:4663', ...(authorization !== undefined && { authorization }) }))
  expect(asked(`Bearer ${TOKEN}`)).toBe(200)
  expect(asked(`bearer ${TOKEN}`)).toBe(200)
  for (const wrong of [
    undefined,
    '',
    'Bearer',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
  ])
    expect(asked(wrong)).toBe(401)
  expect(statusOf(gate, asking({ host: 'shop.internal:4663' }, { isPublic: true }))).toBe(200)
})
