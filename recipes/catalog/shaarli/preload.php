<?php
// Runs before anything of Shaarli. Shaarli knows one account; here every member
// who may enter uses it, each with their own login and password. Shaarli's own
// password is a secret that nobody types.

namespace Ronron;

// How long a member is taken to be still allowed, in seconds, and how long one
// stays signed in without visiting.
const KEPT = 5;
const IDLE = 3600;

// Members sign in with the form and nothing else.
unset($_SERVER['PHP_AUTH_USER'], $_SERVER['PHP_AUTH_PW'], $_SERVER['HTTP_AUTHORIZATION']);

/** unanswered says that the directory is down: nobody is signed in or out by that. */
function unanswered(): never
{
    http_response_code(503);
    header('Content-Type: text/plain; charset=utf-8');
    header('Retry-After: 5');
    echo "L'annuaire ne répond pas ; réessayez dans un instant.\nThe directory does not answer; try again in a moment.\n";
    exit;
}

/** member says whether the login may enter, and if a password is given, whether it is theirs. */
function member(string $login, ?string $password = null): bool
{
    if (!preg_match('/^[a-z][a-z0-9._-]{0,63}$/D', $login) || $password === '') {
        return false;
    }
    $directory = require '/etc/ronron/directory.php';
    $secret = trim((string) file_get_contents('/etc/ronron/directory.password'));
    // Authority, and times to wait for, are in /etc/ldap/ldap.conf.
    $connection = ldap_connect($directory['url']);
    ldap_set_option($connection, LDAP_OPT_PROTOCOL_VERSION, 3);
    ldap_set_option($connection, LDAP_OPT_REFERRALS, 0);
    if (!@ldap_bind($connection, $directory['bind_dn'], $secret)) {
        unanswered();
    }
    $filter = str_replace('%u', ldap_escape($login, '', LDAP_ESCAPE_FILTER), $directory['filter']);
    $found = @ldap_list($connection, $directory['people_dn'], $filter, ['1.1']);
    if ($found === false) {
        unanswered();
    }
    if (ldap_count_entries($connection, $found) !== 1) {
        return false;
    }
    if ($password === null || @ldap_bind($connection, ldap_get_dn($connection, ldap_first_entry($connection, $found)), $password)) {
        return true;
    }
    return ldap_errno($connection) === 49 ? false : unanswered();
}

$signing = ($_SERVER['REQUEST_METHOD'] ?? '') === 'POST' && preg_match('#^/+(index\.php/+)?login/*$#', (string) parse_url($_SERVER['REQUEST_URI'] ?? '', PHP_URL_PATH));

// As Shaarli sets them later: two cookies of one name would be in each other's way.
session_set_cookie_params(0, '/', $_SERVER['SERVER_NAME']);
session_start();
$path = (string) parse_url($_SERVER['REQUEST_URI'] ?? '', PHP_URL_PATH);
$me = $_SESSION['ronron'] ?? null;

// Whoever is signed in is so as a member, and that is checked again.
if ($me !== null) {
    $now = time();
    if ($now - $me['seen'] > IDLE || ($now - $me['checked'] >= KEPT && !member($me['login']))) {
        $me = null;
    } else {
        $me['checked'] = $now - $me['checked'] >= KEPT ? $now : $me['checked'];
        $me['seen'] = $now;
    }
    $_SESSION['ronron'] = $me;
}

// Shaarli is told by the cookie with which it knows its one account again. The
// browser's own cookie of that name counts for nothing.
unset($_COOKIE['shaarli_staySignedIn']);
if ($me !== null) {
    $_COOKIE['shaarli_staySignedIn'] = trim((string) file_get_contents('/tmp/signed-in'));
} else {
    unset($_SESSION['expires_on'], $_SESSION['username'], $_SESSION['ip']);
}

// Shaarli makes a new session when somebody signs in, so that this is written last.
if ($_SERVER['REQUEST_METHOD'] === 'POST' && preg_match('#^/+login/*$#', $path)) {
    $login = is_string($_POST['login'] ?? null) ? strtolower(trim($_POST['login'])) : '';
    $right = member($login, is_string($_POST['password'] ?? null) ? $_POST['password'] : '');
    $_POST['login'] = 'chaton';
    $_POST['password'] = $right ? trim((string) file_get_contents('/etc/ronron/account.password')) : '';
    unset($_POST['longlastingsession']);
    if ($right) {
        register_shutdown_function(static function () use ($login): void {
            $_SESSION['ronron'] = ['login' => $login, 'seen' => time(), 'checked' => time()];
        });
    }
} elseif (preg_match('#^/+admin/+logout/*$#', $path)) {
    register_shutdown_function(static function (): void {
        unset($_SESSION['ronron']);
    });
}
unset($path, $me, $now, $login, $right);
