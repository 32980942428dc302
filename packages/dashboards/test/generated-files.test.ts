import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { generatedFiles } from '../generator/generated-files.ts'

const folder = fileURLToPath(new URL('../', import.meta.url))

test('the committed files are what the generator makes; `npm run dashboards` writes them', async () => {
  const made = await generatedFiles()
  for (const { path, text } of made) expect(readFileSync(folder + path, 'utf8'), path).toBe(text)
  const committed = globSync(['grafana/*', 'prometheus/*', 'datadog/*'], { cwd: folder })
  expect(committed.toSorted()).toEqual(made.map(({ path }) => path).toSorted())
})
