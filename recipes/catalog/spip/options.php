<?php
// SPIP loads this first, at each request. Accounts are the members of the
// directory, and no others: who signs in is asked there, who is signed in is asked
// again every few seconds.
if (!defined('_ECRIRE_INC_VERSION')) return;

require_once '/usr/share/ronron/Directory.php';
define('RONRON', require '/etc/ronron/settings.php');

// SPIP opens the pages of its installer to anybody, before it looks whether they
// are there: they are not.
if (PHP_SAPI !== 'cli' && array_intersect(['install', 'base_repair'], [$_GET['exec'] ?? '', $_POST['exec'] ?? ''])) {
    http_response_code(404);
    exit;
}

/* ---- Where things are ---- */

define('_FILE_CONNECT', '/etc/ronron/connect.php');
define('_DIR_ETC', '/var/lib/spip/config/');
define('_DIR_CONNECT', '/var/lib/spip/config/');
define('_DIR_CHMOD', '/var/lib/spip/config/');
define('_SPIP_CHMOD', 0750);
define('_MYSQL_SET_SQL_MODE', true);

/* ---- Nothing is told of visitors, nor to anybody else ---- */

// A name for an address that leads back to nobody, and is another each day.
$GLOBALS['ip'] = substr(hash_hmac('sha256', date('Y-m-d') . ($_SERVER['REMOTE_ADDR'] ?? ''), RONRON['key']), 0, 16);
// SPIP's own logs name people and what they do.
define('_MAX_LOG', 0);
$GLOBALS['nombre_de_logs'] = 0;
$GLOBALS['taille_des_logs'] = 0;
$GLOBALS['spip_header_silencieux'] = 1;
// Messages of lesser weight hold what people typed.
define('SPIP_ERREUR_REPORT', E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR);
// Work that waits is done by the schedule, not by who happens to visit.
if (PHP_SAPI !== 'cli') define('_DEBUG_BLOCK_QUEUE', true);

function genie_mise_a_jour($time): int
{
    return 1;
}

/* ---- What chaton.hcl says ---- */

$GLOBALS['dossier_squelettes'] = '';
$GLOBALS['filtrer_javascript'] = -1;

function inc_meta($table = 'meta'): void
{
    include_once _ROOT_RESTREINT . 'inc/meta.php';
    inc_meta_dist($table);
    if ($table !== 'meta' || empty($GLOBALS['meta'])) return;
    foreach (RONRON['meta'] + [
        // Nobody signs up here: accounts are made on the portal.
        'accepter_inscriptions' => 'non', 'accepter_visiteurs' => 'non',
        // No mail is sent, and no other site is read.
        'prevenir_auteurs' => 'non', 'quoi_de_neuf' => 'non', 'suivi_edito' => 'non', 'forum_prive_admin' => 'non',
        'http_proxy' => '', 'creer_htpasswd' => 'non', 'type_urls' => 'propres',
    ] as $name => $value) {
        $GLOBALS['meta'][$name] = $value;
    }
}

/* ---- Who is who ---- */

$GLOBALS['liste_des_authentifications'] = ['ronron' => 'ronron'];
$GLOBALS['ignore_auth_http'] = true;
$GLOBALS['ignore_remote_user'] = true;

/** Whether somebody tries passwords: at most twenty wrong ones in ten minutes from one address. */
function ronron_tries(bool $more = false): bool
{
    if (!function_exists('apcu_inc')) return false;
    $name = 'ronron:tries:' . $GLOBALS['ip'];
    if ($more) {
        apcu_add($name, 0, 600);
        apcu_inc($name);
    }
    return (int) apcu_fetch($name) >= 20;
}

/** What SPIP asks when somebody signs in: the account, or a text or nothing. */
function auth_ronron($login, #[\SensitiveParameter] $password, $server = '', $http = false): array|string
{
    $login = is_string($login) ? RonronDirectory::login($login) : null;
    if ($login === null || !is_string($password) || $password === '') return [];
    $french = ($GLOBALS['spip_lang'] ?? 'fr') === 'fr';
    if (ronron_tries()) return $french ? 'Trop d’essais. Attendez dix minutes.' : 'Too many attempts. Wait ten minutes.';
    try {
        $member = RonronDirectory::signIn($login, $password);
    } catch (RuntimeException $e) {
        error_log($e->getMessage());
        return $french ? 'L’annuaire ne répond pas. Réessayez dans un moment.' : 'The directory does not answer. Try again in a moment.';
    }
    if ($member !== null) return ronron_account($member);
    ronron_tries(true);
    return [];
}

function auth_ronron_retrouver_login($login, $server = ''): string
{
    return is_string($login) ? (string) RonronDirectory::login($login) : '';
}

/**
 * The account of a member, made or brought up to date. Webmasters are the
 * administrators of the chaton. The others have the role that chaton.hcl says,
 * unless somebody gave them another here: which one was given is in "source".
 */
function ronron_account(array $member): array
{
    include_spip('base/abstract_sql');
    $where = 'login=' . sql_quote($member['login'], '', 'text') . " AND source LIKE 'ronron%'";
    $row = sql_fetsel('*', 'spip_auteurs', $where);
    $given = ['ronron_0' => '0minirezo', 'ronron_1' => '1comite'][$row['source'] ?? ''] ?? '';
    $role = $row['statut'] ?? '';
    if ($member['admin']) $role = '0minirezo';
    elseif ($role === '' || $role === $given || ($row['webmestre'] ?? '') === 'oui') $role = RONRON['role'];
    $known = [
        'login' => $member['login'], 'nom' => $member['name'], 'email' => $member['mail'], 'statut' => $role,
        'webmestre' => $member['admin'] ? 'oui' : 'non', 'pass' => '', 'htpass' => '',
        'source' => !$member['admin'] && $role !== RONRON['role'] ? 'ronron' : ($role === '0minirezo' ? 'ronron_0' : 'ronron_1'),
    ];
    if (!$row) {
        $id = sql_insertq('spip_auteurs', $known + ['lang' => '', 'low_sec' => '', 'prefs' => '', 'bio' => '', 'nom_site' => '', 'url_site' => '', 'pgp' => '', 'imessage' => '']);
        if (!$id) return [];
        $row = sql_fetsel('*', 'spip_auteurs', 'id_auteur=' . (int) $id);
        return $row ?: [];
    }
    // Somebody who was put into the bin here comes back with an account that counts.
    if ($role === '5poubelle') $known['statut'] = RONRON['role'];
    if (array_diff_assoc($known, $row)) sql_updateq('spip_auteurs', $known, 'id_auteur=' . (int) $row['id_auteur']);
    return $known + $row;
}

/** A session counts as long as its member may enter, and ends with that. */
function inc_session($auteur = false)
{
    static $answers = [];
    include_once _ROOT_RESTREINT . 'inc/session.php';
    $id = inc_session_dist($auteur);
    if ($auteur !== false && $auteur !== true || !is_numeric($id) || (int) $id <= 0) return $id;
    if (!isset($answers[$id])) {
        $session = $GLOBALS['visiteur_session'];
        $login = RonronDirectory::login((string) ($session['login'] ?? ''));
        $member = $login !== null && $login === $session['login'] ? RonronDirectory::member($login) : null;
        // Who became an administrator, or is none any more, signs in again.
        $answers[$id] = $member !== null && $member['admin'] === (($session['webmestre'] ?? '') === 'oui');
        if ($member !== null && !$answers[$id]) ronron_account($member);
    }
    if ($answers[$id]) return $id;
    supprimer_sessions((int) $id);
    unset($_COOKIE['spip_session']);
    $GLOBALS['visiteur_session'] = [];
    return false;
}

// Accounts are made on the portal.
function autoriser_auteur_creer($do, $type, $id, $who, $options): bool
{
    return false;
}
function autoriser_inscrireauteur($do, $type, $id, $who, $options): bool
{
    return false;
}
// What chaton.hcl does not say, webmasters do; administrators have the texts.
function autoriser_configurer($do, $type, $id, $who, $options): bool
{
    return ($who['webmestre'] ?? '') === 'oui' && ($who['statut'] ?? '') === '0minirezo';
}
// The code is that of the image.
function autoriser_plugins_ajouter($do, $type, $id, $who, $options): bool
{
    return false;
}
