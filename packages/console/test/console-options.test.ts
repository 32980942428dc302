import { expect, test } from 'vitest'
import { checkedOptions } from '../src/console-options.ts'

test('the console is at 127.0.0.1:4663', () => {
  expect(checkedOptions()).toEqual({ host: '127.0.0.1', port: 4663, token: undefined })
})

test.each(['0.0.0.0', '::', '10.0.0.7', 'shop.internal', 'localhost.evil.example'])(
  'an address that other machines reach needs a token: %s',
  host => {
    expect(() => checkedOptions({ host })).toThrow(/console\.token/)
    expect(() => checkedOptions({ host, token: 'short' })).toThrow(/at least 16/)
    expect(checkedOptions({ host, token: 'long enough for this' }).host).toBe(host)
  },
)

test.each([{ port: -1 }, { port: 1.5 }, { port: 65_536 }, { port: 'x' }, { host: '' }])('%o is refused', options => {
  expect(() => checkedOptions(options as never)).toThrow(/console\.(?:port|host) takes/)
})

test('an error never repeats the token', () => {
  expect(() => checkedOptions({ token: 'secret' })).toThrow(/^(?!.*secret$).*characters$/)
})

test.each([
  ['with a space before it', ' long enough for this'],
  ['with a space after it', 'long enough for this '],
  ['with a line break', 'long enough\nfor this'],
  ['with a sign that has two bytes', 'long enough for €'],
  ['that is too long', 'x'.repeat(1001)],
])('a token that a header cannot carry is refused: %s', (_, token) => {
  expect(() => checkedOptions({ token })).toThrow(/at most 1000 printable characters/)
})

test.each(['x'.repeat(1000), 'long enough för this', '100 % long enough'])('a token is taken: %s', token => {
  expect(checkedOptions({ token }).token).toBe(token)
})
