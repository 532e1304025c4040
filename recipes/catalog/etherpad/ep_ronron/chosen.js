'use strict';

// What the host chose, for the other files. Etherpad's settings are a module of
// their own, whichever way it is loaded.
const module_ = require('ep_etherpad-lite/node/utils/Settings');

exports.settings = module_.default || module_;

// Only members get in, with their accounts.
exports.membersOnly = () => exports.settings.requireAuthentication === true;
