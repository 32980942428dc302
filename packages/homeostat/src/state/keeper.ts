import type { Histories } from '@homeostat/optimizer/parts'
import { JournalUnavailableError } from '@homeostat/optimizer'
import { openStateFolder } from '@homeostat/optimizer/parts'
import { describeThrown } from '@homeostat/signals'
import type { Forecasting } from '../forecasting.ts'
import { HistoryFolder } from './history-folder.ts'
import type { Keeping, KeepingContext } from './keeping.ts'
import { keepingOf } from './keeping.ts'
import type { ServiceName } from '../doors/service-name.ts'
import type { Endings } from '../time-limit.ts'
import { inTime } from '../time-limit.ts'

/** How long the first tick waits for what was saved; a folder on a network may hang. */
const LONGEST_READ_MS = 2000

export interface KeeperContext extends KeepingContext {
  readonly service: ServiceName
  readonly histories: Histories
  readonly forecasting: Forecasting
}

/** Keeps the evidence of trials and the forecasts across restarts, where an option has named a place for them. */
export class Keeper {
  readonly #context: KeeperContext
  #keeping: Keeping | undefined
  #histories: HistoryFolder | undefined
  #folderFault: string | undefined

  constructor(context: KeeperContext) {
    this.#context = context
    // The places are named after the service.
    context.service.onSettled(service => this.#choose(service?.name))
  }

  /** Undefined until the name of the service is settled. */
  get keeping(): Keeping | undefined {
    return this.#keeping
  }

  /** Why the state folder cannot be used, in one line; undefined when it can. */
  get folderFault(): string | undefined {
    return this.#folderFault
  }

  /** Reads what was saved, and saves from now on. Never rejects. */
  async start(): Promise<void> {
    const { faults, forecasting } = this.#context
    const histories = async (): Promise<void> => this.#histories?.start()
    await Promise.all([
      inTime('opening the state folder', () => this.#openFolder(), LONGEST_READ_MS).catch((error: unknown) => {
        this.#folderFault = describeThrown(error)
      }),
      inTime('reading what was saved', histories, LONGEST_READ_MS).catch(error => faults.report('source', error)),
      forecasting.start(this.#keeping?.places),
    ])
  }

  /** Saves for the last time. */
  readonly endings: Endings = {
    'the histories': () => this.#histories?.stop(),
    'the forecasts': () => this.#context.forecasting.stop(),
  }

  /** A folder that nobody can write to is found now, and not by the first save that fails. */
  async #openFolder(): Promise<void> {
    const folder = this.#keeping?.folder
    if (folder === undefined) return
    try {
      await openStateFolder(folder)
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error
      this.#folderFault = `${folder} cannot be used: ${error.reason}; give stateDir a folder of your own`
    }
  }

  #choose(service: string | undefined): void {
    const { histories, faults } = this.#context
    this.#keeping = keepingOf(this.#context, service)
    const { folder } = this.#keeping
    if (folder === undefined) return
    this.#histories = new HistoryFolder({
      folder,
      histories,
      onError: error => faults.report('source', error),
      clock: Date.now,
    })
  }
}
