import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { hiddenInBundle, isBundled } from '../src/bundle.ts'

it('2-04: a module that is not where the package has it is part of a bundle', () => {
  expect(isBundled()).toBe(false)
  expect(isBundled('file:///app/node_modules/@homeostat/signals/dist/bundle.js')).toBe(false)
  expect(isBundled('file:///app/dist/server.mjs')).toBe(true)
  // esbuild has no `import.meta` for CommonJS.
  expect(isBundled('')).toBe(true)
})

it('2-04: in a bundle a library that is not loaded is named, with what to do', () => {
  expect(hiddenInBundle('no-such-library', true)).toEqual([
    'no no-such-library is seen beside the bundle that Homeostat is in: if the application uses it, leave it out of the bundle (esbuild: --external:no-such-library)',
  ])
  expect(hiddenInBundle('no-such-library', false)).toEqual([])
  createRequire(import.meta.url)('valibot')
  expect(hiddenInBundle('valibot', true)).toEqual([])
})
