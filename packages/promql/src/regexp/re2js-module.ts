import { createRequire } from 'node:module'

/** Defined by `.dev/bundle.mjs`; not in the sources as they are, which tests and tools run. */
declare const IS_BUNDLED: true

type Re2js = typeof import('re2js')

let loaded: Re2js | undefined

/**
 * The module `re2js`, from when it is first needed: its tables of Unicode take 0.4 MB, and most rules match by equality and simple
 * patterns. The bundles hold it as a function, so that it is there at once and a bundled application has it as well.
 */
export function re2js(): Re2js {
  return (loaded ??= load())
}

function load(): Re2js {
  // The bundler replaces this call by one of the module as a function, and removes the other branch.
  if (typeof IS_BUNDLED !== 'undefined') return require('re2js') as Re2js
  return createRequire(import.meta.url)('re2js') as Re2js
}
