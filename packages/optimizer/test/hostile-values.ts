import { runInNewContext } from 'node:vm'

/** Stands in for a secret of the application: nothing of ours may repeat it. */
export const PLANTED = 'Quagga-Trellis'

const planted = (): never => {
  throw new Error(PLANTED)
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function cyclic(): unknown {
  const error = new Error(PLANTED)
  error.cause = error
  return error
}

/** Everything a trap of a proxy can do is to throw. */
const throwingProxy = (): unknown =>
  new Proxy(
    {},
    { get: planted, has: planted, ownKeys: planted, getPrototypeOf: planted, getOwnPropertyDescriptor: planted },
  )

/** Values that an application may throw, return or hand in. Each call makes a new one. */
export const HOSTILE: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  'a string': () => PLANTED,
  'a long string': () => PLANTED.repeat(1_000_000),
  'a number': () => Number.NaN,
  'a bigint': () => 10n ** 400n,
  'a symbol': () => Symbol(PLANTED),
  'a function': () => planted,
  'an object without a prototype': () => Object.create(null),
  'a revoked proxy': revoked,
  'a proxy that throws': throwingProxy,
  'a proxy of an error': () => new Proxy(new Error(PLANTED), { get: planted }),
  'an error whose getters throw': () =>
    Object.defineProperties(new Error('x'), {
      message: { get: planted },
      name: { get: planted },
      stack: { get: planted },
      code: { get: planted },
      cause: { get: planted },
    }),
  'an error whose message is no text': () => Object.assign(new Error('x'), { message: { toString: planted } }),
  'an error with a long message': () => new Error(PLANTED.repeat(1_000_000)),
  'an error that causes itself': cyclic,
  'an error of another realm': () => runInNewContext(`new TypeError('${PLANTED}')`),
  'an aggregate without errors': () => Object.assign(new AggregateError([], PLANTED), { errors: null }),
  'an object that cannot become a text': () => ({ toString: planted, [Symbol.toPrimitive]: planted, toJSON: planted }),
  'an error with a code': () => Object.assign(new Error(PLANTED), { code: PLANTED, errno: {}, syscall: 5 }),
  'an array': () => [PLANTED, { length: -1 }],
  'a frozen object': () => Object.freeze({ message: PLANTED }),
  /* oxlint-disable unicorn/no-thenable */
  'a then that throws': () => ({ then: planted }),
  'a then getter that throws': () => ({
    get then() {
      return planted()
    },
  }),
  'a then that answers twice': () => ({
    then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
      resolve(PLANTED)
      reject(new Error(PLANTED))
      planted()
    },
  }),
  'a then that rejects with an odd value': () => ({
    then: (_: unknown, reject: (error: unknown) => void) => reject(throwingProxy()),
  }),
  /* oxlint-enable unicorn/no-thenable */
  'a promise of another realm that rejects': () => runInNewContext(`Promise.reject(new Error('${PLANTED}'))`),
}
