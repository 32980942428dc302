import { errorType, ownMessage } from '@homeostat/signals'
import type { HomeostatOptions } from '../options/options.ts'
import { isMissingPackage, optionalPackage } from './optional-package.ts'

const PACKAGE = '@homeostat/console'

/** What the optional package gives. */
interface ConsolePackage {
  openConsole(homeostat: object, options: object): Promise<AsyncDisposable & { readonly line: string }>
}

/** Writes a line for people. */
type Write = (text: string, level: 'info' | 'warn') => void

/** The console of the option `console`, if the application has installed it. A console that fails is one line in the log. */
export class ConsoleDoor implements AsyncDisposable {
  readonly #options: object
  readonly #write: Write
  #opening: Promise<AsyncDisposable | undefined> | undefined
  #isOver = false

  constructor(options: NonNullable<HomeostatOptions['console']>, write: Write) {
    this.#options = Object(options) as object
    this.#write = write
  }

  /** Opens it for a Homeostat, once. */
  open(homeostat: object): void {
    this.#opening ??= this.#open(homeostat).catch((error: unknown) => {
      const why = isMissingPackage(error) ? `npm install ${PACKAGE}` : (ownMessage(error) ?? errorType(error))
      this.#write(`there is no console: ${why}`, 'warn')
      return undefined
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await (await this.#opening)?.[Symbol.asyncDispose]()
  }

  async #open(homeostat: object): Promise<AsyncDisposable> {
    const onFault = (text: string): void => this.#write(text, 'warn')
    const page = await (optionalPackage(PACKAGE) as ConsolePackage).openConsole(homeostat, {
      ...this.#options,
      onFault,
    })
    if (!this.#isOver) this.#write(page.line, 'info')
    return page
  }
}
