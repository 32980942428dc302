import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { conditionTransitions, trialTransitions, toDiagram, toTable } from './transitions.ts'

const page = readFileSync(new URL('../../docs/state-machine.md', import.meta.url), 'utf8')

test('the page about the state machine shows exactly the transitions that conditions make', () => {
  const transitions = conditionTransitions()
  expect(tables(page)[0]).toBe(toTable(transitions, 'reading'))
  expect(diagrams(page)[0]).toBe(toDiagram(transitions))
})

test('the page about the state machine shows exactly the transitions that trials make', () => {
  const transitions = trialTransitions()
  expect(tables(page)[1]).toBe(toTable(transitions, 'event'))
  expect(diagrams(page)[1]).toBe(toDiagram(transitions))
})

function tables(markdown: string): string[] {
  return (markdown.match(/^\| from[^]*?(?=\n\n|$(?![^]))/gm) ?? []).map(withoutPadding)
}

function diagrams(markdown: string): string[] {
  return markdown.match(/^```mermaid[^]*?^```/gm) ?? []
}

/** Formatters align the columns. */
function withoutPadding(table: string): string {
  return table.trim().replaceAll(/ +\|/g, ' |').replaceAll(/\| +/g, '| ').replaceAll(/-{3,}/g, '---')
}
