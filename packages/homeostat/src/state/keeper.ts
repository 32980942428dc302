import { JournalUnavailableError, type Optimizer } from '@homeostat/optimizer'
import type { StateSection } from '@homeostat/optimizer/engines'
import { evidenceSection, openStateFolder, StateKeeper } from '@homeostat/optimizer/parts'
import { describeThrown } from '@homeostat/signals'
import type { ServiceName } from '../doors/service-name.ts'
import type { Forecasting } from '../methods/forecasting.ts'
import type { Endings } from '../lifecycle/time-limit.ts'
import { inTime } from '../lifecycle/time-limit.ts'
import { earlierHistories } from './earlier-histories.ts'
import type { Keeping, KeepingContext } from './keeping.ts'
import { keepingOf } from './keeping.ts'

/** How long the first tick waits for what was saved; a folder on a network may hang. */
const LONGEST_READ_MS = 2000
/** How long the end waits for the last save, so that whoever waits ten seconds for the end is not kept waiting. */
const LONGEST_SAVE_MS = 9000

export interface KeeperContext extends KeepingContext {
  readonly service: ServiceName
  readonly optimizer: Pick<Optimizer, 'histories' | 'trials'>
  readonly forecasting: Forecasting
}

/** Keeps evidence, forecasts and the quiet levels of guards across restarts, where an option has named a place for them. */
export class Keeper {
  readonly #context: KeeperContext
  #keeping: Keeping | undefined
  #state: StateKeeper | undefined
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

  /** Reads what was saved, in two seconds or later, and saves from now on. Never rejects. */
  async start(): Promise<void> {
    await Promise.all([
      inTime('opening the state folder', () => this.#openFolder(), LONGEST_READ_MS).catch((error: unknown) => {
        this.#folderFault = describeThrown(error)
      }),
      inTime('reading what was saved', async () => this.#state?.start(), LONGEST_READ_MS).catch(this.#report),
    ])
  }

  /** Saves for the last time, in nine seconds or not at all. */
  readonly endings: Endings = {
    'the forecasts': () => this.#context.forecasting.stop(),
    'what is kept': async () => {
      await inTime('saving what was learned', async () => this.#state?.stop(), LONGEST_SAVE_MS).catch(this.#report)
      await this.#keeping?.places?.[Symbol.asyncDispose]()
    },
  }

  readonly #report = (error: unknown): void => this.#context.faults.report('source', error)

  /** A folder that nobody can write to is found now, and not by the first save that fails. */
  async #openFolder(): Promise<void> {
    const folder = this.#keeping?.folder
    if (folder === undefined) return
    try {
      await openStateFolder(folder)
      // It may have taken longer than somebody waited for it.
      this.#folderFault = undefined
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error
      this.#folderFault = `${folder} cannot be used: ${error.reason}; give stateDir a folder of your own`
    }
  }

  #choose(service: string | undefined): void {
    const { places, folder } = (this.#keeping = keepingOf(this.#context, service))
    if (!places) return
    this.#state = new StateKeeper({ sections: this.#sections(folder), places, onError: this.#report, clock: Date.now })
  }

  #sections(folder: string | undefined): StateSection[] {
    const { optimizer, forecasting } = this.#context
    const earlier = folder === undefined ? undefined : () => earlierHistories(folder, this.#report)
    return [evidenceSection(optimizer.histories, earlier), optimizer.trials.quiet, ...forecasting.sections]
  }
}
