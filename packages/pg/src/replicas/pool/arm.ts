/** One half of the requests while a trial divides them: those with the change, and those without. */
export type Arm = 'act' | 'control'
