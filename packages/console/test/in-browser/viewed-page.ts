import type { Page } from 'playwright-core'
import { afterEach, beforeEach } from 'vitest'
import { openConsole, type Console, type OpenConsoleOptions, type ShownHomeostat } from '@homeostat/console'
import { startBrowser, type TestBrowser } from '../browser.ts'
import { shownShop, type ShownShop } from '../shown-shop.ts'

/** The console of a shop, in a browser. */
export class ViewedPage {
  shop!: ShownShop
  page: Console | undefined
  browser: TestBrowser | undefined
  /** Errors and warnings of the browser, and its requests to anywhere else. */
  complaints: string[] = []

  /** Opens the console in a browser. */
  async look(
    options: OpenConsoleOptions = {},
    context: Parameters<typeof startBrowser>[0] = {},
    path = '',
    h: ShownHomeostat = this.shop.h,
  ): Promise<Page> {
    this.page = await openConsole(h, { port: 0, ...options })
    this.browser = await startBrowser(context)
    const tab = await this.browser.context.newPage()
    const { address } = this.page
    const { complaints } = this
    tab.on('console', message => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    tab.on('pageerror', error => complaints.push(error.message))
    tab.on('request', request => {
      if (!request.url().startsWith(address)) complaints.push(`asks ${request.url()}`)
    })
    await tab.goto(address + path)
    return tab
  }

  async close(): Promise<void> {
    await this.browser?.[Symbol.asyncDispose]()
    await this.page?.[Symbol.asyncDispose]()
    await this.shop[Symbol.asyncDispose]()
    this.browser = this.page = undefined
  }
}

/** Starts a shop for each test of a file. The shop, its console and the browser end after the test. */
export function viewedPage(): ViewedPage {
  const viewed = new ViewedPage()
  beforeEach(async () => {
    viewed.shop = await shownShop()
    viewed.complaints = []
  })
  afterEach(() => viewed.close())
  return viewed
}
