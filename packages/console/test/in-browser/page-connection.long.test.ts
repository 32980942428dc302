import { expect, test, vi } from 'vitest'
import { openConsole } from '@homeostat/console'
import { startBrowser } from '../browser.ts'
import { findingsIn } from './axe-findings.ts'
import { viewedPage } from './viewed-page.ts'

const viewed = viewedPage()

test('a process that is gone is reported, and one that is back is shown', async () => {
  const tab = await viewed.look()
  await tab.getByText('Live', { exact: true }).waitFor()
  const port = Number(new URL(viewed.page!.address).port)
  await viewed.page![Symbol.asyncDispose]()
  await tab.getByText(/^Not connected$/).waitFor()
  await tab.getByRole('alert').waitFor()
  expect(await findingsIn(tab)).toEqual([])
  viewed.page = await openConsole(viewed.shop.h, { port })
  await tab.getByRole('button', { name: 'Try now' }).click()
  await tab.getByText('Live', { exact: true }).waitFor()
  expect(await tab.getByRole('alert').count()).toBe(0)
})

test('a page beyond the limit says why it has to wait', async () => {
  const tab = await viewed.look()
  await tab.getByText('Live', { exact: true }).waitFor()
  const others = await Promise.all(Array.from({ length: 7 }, () => fetch(`${viewed.page!.address}/events`)))
  const late = await viewed.browser!.context.newPage()
  await late.goto(viewed.page!.address)
  await late.getByText(/8 pages look at this process already/).waitFor()
  for (const other of others) await other.body!.cancel()
  await late.getByText('Live', { exact: true }).waitFor()
})

test('a tab that nobody sees lets go of the process, and comes back when it is seen', async () => {
  viewed.page = await openConsole(viewed.shop.h, { port: 0 })
  viewed.browser = await startBrowser()
  const tab = await viewed.browser.context.newPage()
  await tab.clock.install()
  await tab.goto(viewed.page.address)
  await tab.getByText('Live', { exact: true }).waitFor()
  const show = (isHidden: boolean): Promise<void> =>
    tab.evaluate(hidden => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
      document.dispatchEvent(new Event('visibilitychange'))
    }, isHidden)
  await show(true)
  await tab.clock.fastForward(31_000)
  await vi.waitFor(() => expect(viewed.page!.viewers).toBe(0))
  expect(viewed.page.isFollowing).toBe(false)
  await show(false)
  await vi.waitFor(() => expect(viewed.page!.viewers).toBe(1))
  await tab.getByText('Live', { exact: true }).waitFor()
})
