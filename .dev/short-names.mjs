// Gives short names to what a function or a class has inside. Names of classes, functions at the top of a file and methods stay: a stack
// trace, `console.log(h)` and an error that is printed show them.
import { readFileSync } from 'node:fs'
import { transform } from 'esbuild'

const DECLARATION = /^(?=(?:abstract )?class |(?:async )?function)/gm

/** A plugin of esbuild. What an entry exports is public, so the entries stay as they are. */
export const shortNames = {
  name: 'short names',
  setup: builder => {
    const entries = Object.values(builder.initialOptions.entryPoints)
    builder.onLoad({ filter: /\/packages\/[^/]+\/src\/.*\.ts$/ }, async ({ path }) => {
      if (entries.includes(path)) return undefined
      // What is exported keeps its name, and is left out of the bundle all the same where nobody imports it.
      const source = readFileSync(path, 'utf8').replaceAll(DECLARATION, 'export ')
      const { code } = await transform(source, {
        loader: 'ts',
        minifyIdentifiers: true,
        sourcefile: path,
        sourcemap: 'inline',
        sourcesContent: false,
        target: 'node22.15',
      })
      return { contents: code, loader: 'js' }
    })
  },
}
