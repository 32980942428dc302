import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { allExamples, placesWithoutCode } from '../src/examples/all-examples.ts'
import { writeModules } from '../src/examples/write-modules.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const folder = new URL('../.examples/', import.meta.url)

describe('the examples of the documents and of TSDoc', () => {
  test('compile', () => {
    expect(compileErrors()).toEqual([])
  })

  test('are blocks of code', () => {
    expect(placesWithoutCode()).toEqual([])
  })
})

/** What the compiler says, with the place of the example instead of the place in the module made of it. */
function compileErrors(): string[] {
  const written = new Map(writeModules(folder, allExamples()).map(each => [each.name, each]))
  const { stdout } = spawnSync(`${root}node_modules/.bin/tsc`, ['-p', fileURLToPath(folder), '--pretty', 'false'], {
    cwd: fileURLToPath(folder),
    encoding: 'utf8',
  })
  return stdout.split('\n').flatMap(line => {
    const [, name = '', at = '0', message] = /^([\w-]+)\.ts\((\d+),\d+\): error (.*)$/.exec(line) ?? []
    const module = written.get(name)
    if (module === undefined) return line === '' || line.startsWith(' ') ? [] : [line]
    return [`${module.example.file}:${module.example.line + Number(at) - module.before - 1} ${message}`]
  })
}
