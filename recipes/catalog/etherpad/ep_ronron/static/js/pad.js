'use strict';

// The name is the account's: it is shown, not written.
(() => {
  const words = {
    fr: 'Votre nom vient de votre compte.',
    en: 'Your name comes from your account.',
  };
  const input = document.getElementById('myusernameedit');
  if (!input) return;
  input.readOnly = true;
  input.title = words[(navigator.language || 'en').slice(0, 2)] || words.en;
})();
