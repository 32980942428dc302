import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import { withClaimsChecked } from './checked.ts'
import type { Example } from './example.ts'
import { givenNames } from './given-names.ts'
import { wholeModule, type WholeModule } from './whole-module.ts'

/** An example, and the files that are made of it. */
export interface WrittenExample {
  readonly example: Example
  /** The name of the module, without the extension `.ts`. */
  readonly name: string
  /** How many lines the module has before the example's own. */
  readonly before: number
}

const CONFIG = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    noUnusedLocals: false,
    noUnusedParameters: false,
    verbatimModuleSyntax: false,
    rootDir: '../../..',
  },
  include: ['*.ts'],
  references: [],
}

/** Writes each example as a module of its own into a folder in `test/integration`, where all packages can be imported. */
export function writeModules(folder: URL, pages: readonly (readonly Example[])[]): WrittenExample[] {
  empty(folder)
  writeFileSync(new URL('tsconfig.json', folder), JSON.stringify(CONFIG))
  // The documents call the file in which an application sets OpenTelemetry up by this name.
  writeFileSync(new URL('telemetry.ts', folder), 'export {}\n')
  return inContext(pages).map(({ example, whole }) => {
    const name = nameOf(example)
    writeFileSync(new URL(`${name}.ts`, folder), whole.code)
    return { example, name, before: whole.before }
  })
}

/** Writes each example as a module that Node can run; `path` is its file. */
export function writeRunnable(
  folder: URL,
  pages: readonly (readonly Example[])[],
): { readonly example: Example; readonly path: string }[] {
  empty(folder)
  writeFileSync(new URL('telemetry.js', folder), '')
  const options = { loader: 'ts', target: 'node22', tsconfigRaw: { compilerOptions: CONFIG.compilerOptions } } as const
  return inContext(pages).map(({ example, whole }) => {
    const url = new URL(`${nameOf(example)}.mjs`, folder)
    writeFileSync(url, transformSync(withClaimsChecked(whole.code), options).code)
    return { example, path: fileURLToPath(url) }
  })
}

function empty(folder: URL): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
}

function inContext(
  pages: readonly (readonly Example[])[],
): { readonly example: Example; readonly whole: WholeModule }[] {
  return pages.flatMap(page =>
    page.map((example, at) => {
      // A comment stands by itself; what stands before it in a document is what its reader has read.
      const earlier = example.file.endsWith('.md') ? page.slice(0, at) : []
      return { example, whole: wholeModule(example, { earlier, given: givenNames(example.file) }) }
    }),
  )
}

function nameOf({ file, line }: Example): string {
  return `${file.replaceAll(/[/.]/g, '-')}-${line}`
}
