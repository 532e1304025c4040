'use strict';

// Where guests may write: how members sign in beside them, and that guests find
// only what members made.
const manager = require('ep_etherpad-lite/node/db/PadManager');
const readOnly = require('ep_etherpad-lite/node/db/ReadOnlyManager');
const {membersOnly, withGuests} = require('./chosen');
const {memberOf, named} = require('./people');

const day = 24 * 60 * 60 * 1000;
const ids = readOnly.default || readOnly;

// Only a place of this service, and only the first page or a pad.
const place = (to) => (/^\/p\/[^/?#\\]+$/.test(String(to || '')) ? String(to) : '/');

const exists = async (name) => {
  const id = ids.isReadOnlyId(name) ? await ids.getPadId(name) : await manager.sanitizePadId(name);
  return id != null && manager.isValidPadId(id) && await manager.doesPadExist(id);
};

const words = {
  fr: {title: 'Ce pad n’existe pas.', hint: 'Les membres en créent, et y invitent par son adresse.', enter: 'Se connecter pour le créer'},
  en: {title: 'There is no such pad.', hint: 'Members make pads, and invite to them by their address.', enter: 'Sign in to make it'},
};

const none = (req, res) => {
  const language = req.acceptsLanguages(['fr', 'en']) || 'en';
  const say = words[language];
  res.status(404).set('Cache-Control', 'no-store').type('html').send(`<!doctype html>
<html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${say.title}</title>
<style>body{font:17px/1.5 system-ui,sans-serif;margin:12vh auto;max-width:32rem;padding:0 1rem}</style>
<h1>${say.title}</h1><p>${say.hint}</p><p><a href="/ronron/enter?to=${encodeURIComponent(place(req.path))}">${say.enter}</a></p></html>`);
};

exports.expressConfigure = async (hookName, {app}) => {
  // The gateway has asked for the account before this.
  app.get('/ronron/enter', (req, res) => {
    const user = named(req);
    if (user == null || !(membersOnly() || withGuests())) return res.status(404).type('text/plain').send('Not found');
    if (withGuests()) req.session.user = {...user, until: Date.now() + day};
    res.set('Cache-Control', 'no-store').redirect(302, place(req.query.to));
  });

  app.get('/ronron/leave', (req, res, next) => {
    if (!req.session) return res.redirect(302, '/.ronron/leave');
    req.session.destroy((problem) => (problem ? next(problem) : res.redirect(302, '/.ronron/leave')));
  });

  app.use((req, res, next) => {
    const found = withGuests() && !memberOf(req) && /^\/p\/([^/]+)/.exec(req.path);
    if (!found) return next();
    (async () => ((await exists(decodeURIComponent(found[1]))) ? next() : none(req, res)))().catch(next);
  });
};
