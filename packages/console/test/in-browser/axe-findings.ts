import AxeBuilderSource from 'axe-core'
import type { Page } from 'playwright-core'

/** Serious and critical findings of axe, one line each. */
export async function findingsIn(tab: Page): Promise<string[]> {
  // The debugger runs it, because the policy of the page allows no script but its own.
  await tab.evaluate(AxeBuilderSource.source)
  const { violations } = await tab.evaluate(() =>
    (window as unknown as { axe: typeof AxeBuilderSource }).axe.run(document, {
      resultTypes: ['violations'],
    }),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`)
}
