import { expect, test } from 'vitest'
import { failureClassOf } from '../../src/client/failure-class.ts'

const coded = (code: string, cause?: unknown) => Object.assign(new Error('secret', { cause }), { code })

test.each([
  ['timeout', coded('UND_ERR_HEADERS_TIMEOUT')],
  ['timeout', new DOMException('x', 'TimeoutError')],
  ['timeout', new DOMException('x', { name: 'AbortError', cause: new DOMException('y', 'TimeoutError') } as never)],
  ['aborted', new DOMException('x', 'AbortError')],
  ['dns', new TypeError('fetch failed', { cause: coded('EAI_AGAIN') })],
  ['refused', new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')])],
  ['tls', coded('DEPTH_ZERO_SELF_SIGNED_CERT')],
  ['tls', coded('ERR_TLS_CERT_ALTNAME_INVALID')],
  ['reset', coded('UND_ERR_SOCKET')],
  ['other', coded('MY_OWN')],
  ['other', 'a text'],
  ['other', undefined],
  ['other', null],
  [
    'other',
    Object.defineProperty({}, 'code', {
      get: () => {
        throw new Error('mine')
      },
    }),
  ],
])('%s: %s', (failure, error) => {
  expect(failureClassOf(error)).toBe(failure)
})

test('causes in a circle end', () => {
  const error = new Error('x')
  error.cause = error
  expect(failureClassOf(error)).toBe('other')
})
