export { readResponse } from './read-response.ts'
