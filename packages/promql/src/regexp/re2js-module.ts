import { createRequire } from 'node:module'

/** Only `.dev/bundle.mjs` defines it: tests and tools run the sources without it. */
declare const IS_BUNDLED: true

type Re2js = typeof import('re2js')

let loaded: Re2js | undefined

/**
 * The module `re2js`, loaded when it is first needed: its tables of Unicode take 0.4 MB, and most rules match by equality and
 * simple patterns. The bundles hold it as a function, so that it loads synchronously and an application can be bundled too.
 */
export function re2js(): Re2js {
  return (loaded ??= load())
}

function load(): Re2js {
  // The bundler replaces `require` by a call of that function, and removes the other branch.
  if (typeof IS_BUNDLED !== 'undefined') return require('re2js') as Re2js
  return createRequire(import.meta.url)('re2js') as Re2js
}
