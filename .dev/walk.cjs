/** The rooms of the loop in the order of the walk: a room imports only earlier rooms, and the rooms that support all of them. */
module.exports.WALK = ['words', 'signals', 'alerts', 'decisions', 'actions', 'trials', 'verdicts', 'ledger']
