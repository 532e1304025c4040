'use strict';

// What Etherpad shows to whoever gets to it is named here, and nothing else is
// there: neither its pages for administrators, nor its programming interface,
// its sign-in service, its figures and its tests. The gateway closes those too,
// but it reads names exactly, and Etherpad would take /API for /api.
const {membersOnly} = require('./chosen');

const files = new Set(['/', '/javascript', '/favicon.ico', '/robots.txt', '/manifest.json', '/locales.json',
  '/pluginfw/plugin-definitions.json', '/ronron/health', '/ronron/home',
  '/ronron/enter', '/ronron/leave']);
const folders = ['/p/', '/static/', '/locales/', '/socket.io/'];
const scripts = /^\/(?:pad|timeSlider|index)[bB]ootstrap-[A-Za-z0-9]+\.min\.js$/;

// Whoever comes by the gateway brings this header; programs inside do not.
const fromOutside = (req) => req.headers['x-forwarded-for'] !== undefined;

const shown = (req) => {
  const path = req.path;
  if (path.startsWith('/static/tests')) return false;
  // An author's token goes from one browser to another: members have accounts.
  if (path.startsWith('/tokenTransfer')) return !membersOnly();
  if (path.startsWith('/ronron/host/')) return !fromOutside(req);
  return files.has(path) || scripts.test(path) || folders.some((folder) => path.startsWith(folder));
};

exports.expressPreSession = async (hookName, {app}) => {
  app.use((req, res, next) => {
    // What browsers report of mistakes names pads and people: it is not kept.
    if (req.method === 'POST' && (req.path === '/jserror' || req.path === '/ep/pad/connection-diagnostic-info')) {
      req.resume();
      return res.status(204).end();
    }
    if (!shown(req)) return res.status(404).type('text/plain').send('Not found');
    next();
  });

  // Etherpad without this plugin has no such page, and so is not healthy.
  app.get('/ronron/health', (req, res) => { res.type('text/plain').send('ok'); });
};
