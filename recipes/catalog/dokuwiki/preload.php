<?php
// Runs before anything else of DokuWiki.

// One wiki, one folder of configuration: without these, Debian's package looks
// for another wiki under whatever name the request gives.
if (!defined('DOKU_CONF')) define('DOKU_CONF', '/etc/dokuwiki/');
if (!defined('DOKU_FARM')) define('DOKU_FARM', false);

// Members sign in with the form and nothing else: not in an address, which is
// kept in histories and logs, and not with the browser's own dialogue.
unset($_GET['u'], $_GET['p'], $_REQUEST['u'], $_REQUEST['p']);
unset($_SERVER['PHP_AUTH_USER'], $_SERVER['PHP_AUTH_PW'], $_SERVER['HTTP_AUTHORIZATION']);

// The directory takes "Ana " for "ana"; the histories of pages must not.
if (isset($_POST['u']) && is_string($_POST['u'])) {
    $_POST['u'] = strtolower(trim($_POST['u']));
    if (!preg_match('/^[a-z][a-z0-9._-]{0,63}$/D', $_POST['u'])) $_POST['u'] = '-';
    $_REQUEST['u'] = $_POST['u'];
}

// Most visits need no session, and sessions live in memory: one begins when
// there is something to remember.
session_set_save_handler(new class extends SessionHandler {
    public function read(string $id): string|false
    {
        return $this->kept($id) ? parent::read($id) : '';
    }

    public function write(string $id, string $data): bool
    {
        return $data === '' && !$this->kept($id) || parent::write($id, $data);
    }

    private function kept(string $id): bool
    {
        return is_file('/tmp/sess_' . $id);
    }
}, true);
