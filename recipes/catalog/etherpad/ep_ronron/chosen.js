'use strict';

// What the host chose, for the other files. Etherpad's settings are a module of
// their own, whichever way it is loaded.
const module_ = require('ep_etherpad-lite/node/utils/Settings');

exports.settings = module_.default || module_;

const own = () => exports.settings.ep_ronron || {};

// Only members get in, with their accounts.
exports.membersOnly = () => exports.settings.requireAuthentication === true;

// Members make pads, with their accounts; whoever has the address writes in them.
exports.withGuests = () => own().access === 'guests';

// Nobody is asked who they are.
exports.withoutAccounts = () => !exports.membersOnly() && !exports.withGuests();

// After how many days without a word a pad is removed; 0 is never.
exports.forget = () => own().forget || 0;
