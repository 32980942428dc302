import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHROMIUM_ARGUMENTS, debianChromium } from '@homeostat/services'
import { chromium, type BrowserContext, type BrowserContextOptions } from 'playwright-core'

/** A browser of its own, with a profile that is gone when it ends. */
export interface TestBrowser extends AsyncDisposable {
  readonly context: BrowserContext
}

/** Starts Debian's Chromium, with a window of 1440 by 900 pixels unless the options say otherwise. */
export async function startBrowser(
  options: BrowserContextOptions = {},
  args: readonly string[] = [],
): Promise<TestBrowser> {
  const { file, env } = await debianChromium()
  const profile = await mkdtemp(join(tmpdir(), 'homeostat-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: file,
    env: { ...process.env, ...env } as Record<string, string>,
    args: [...CHROMIUM_ARGUMENTS, ...args],
    viewport: { width: 1440, height: 900 },
    ...options,
  })
  context.setDefaultTimeout(60_000)
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
