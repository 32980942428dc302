export { dashboardFiles, type DashboardFile, type DashboardFilesOptions } from './dashboard-files.ts'
export { nameStyles, type NameStyle } from './name-style.ts'
