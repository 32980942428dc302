/** A temp folder's name is not a plain word. */
export class TempFolderNameError extends Error {
  override readonly name = 'TempFolderNameError'
  readonly code = 'HOMEOSTAT_TEMP_FOLDER_NAME'

  constructor() {
    super('createTempFolder: the name must be 1 to 64 letters, digits and dashes and begin with a letter or digit')
  }
}
