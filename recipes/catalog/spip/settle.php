<?php
// Makes an empty database a site with one article; later, brings its tables to
// what this version of SPIP wants. Nobody can do either from outside.
require __DIR__ . '/boot.php';
umask(027);
// SPIP ends a request that it does not like, and that would pass for success.
$settled = false;
register_shutdown_function(function () use (&$settled) {
    if ($settled) return;
    $told = '';
    while (ob_get_level()) $told = ob_get_clean() . $told;
    fwrite(STDERR, 'SPIP stopped. ' . trim((string) preg_replace('/\s+/', ' ', strip_tags($told))) . "\n");
    exit(1);
});
foreach (['IMG', 'local', 'tmp', 'tmp/upload', 'config'] as $folder) {
    if (!is_dir("/var/lib/spip/$folder") && !mkdir("/var/lib/spip/$folder", 0750, true)) ronron_failed("$folder could not be made.");
}
define('_UPGRADE_TIME_OUT', 540);
// As its installer does: there may be no table yet.
define('_ESPACE_PRIVE', true);
$_GET['exec'] = $_REQUEST['exec'] = 'install';
include_once 'ecrire/inc_version.php';
foreach (['base/abstract_sql', 'base/create', 'base/upgrade', 'inc/meta', 'inc/plugin', 'inc/config', 'inc/rubriques'] as $part) include_spip($part);
if (!spip_connect()) ronron_failed('The database does not answer.');

$new = !sql_showtable('spip_meta', true) || !sql_getfetsel('valeur', 'spip_meta', "nom='version_installee'");
if ($new) {
    creer_base();
    foreach ([
        'charset_sql_base' => 'utf8', 'charset_collation_sql_base' => 'utf8_general_ci', 'charset_sql_connexion' => 'utf8',
        'version_installee' => $GLOBALS['spip_version_base'],
    ] as $name => $value) {
        sql_insertq('spip_meta', ['nom' => $name, 'valeur' => $value, 'impt' => 'non']);
    }
}
lire_metas();
// SPIP knows the tables of its parts only after the parts were switched on, in
// another process.
if (($argv[1] ?? '') !== 'parts') {
    \Spip\Chiffrer\SpipCles::secret_du_site();
    ob_start();
    base_upgrade_dist('upgrade');
    actualise_plugins_actifs();
    ob_end_clean();
    passthru(escapeshellarg(PHP_BINARY) . ' ' . escapeshellarg(__FILE__) . ' parts', $code);
    $settled = true;
    exit($code);
}
ob_start();
plugin_installes_meta();
$told = trim((string) ob_get_clean());
lire_metas();
$base = (string) sql_getfetsel('valeur', 'spip_meta', "nom='version_installee'");
if ($base !== (string) $GLOBALS['spip_version_base']) ronron_failed("The tables are of $base, and not of {$GLOBALS['spip_version_base']}.\n" . strip_tags($told));
$active = @unserialize((string) sql_getfetsel('valeur', 'spip_meta', "nom='plugin'"));
foreach (['FORUM', 'MEDIAS', 'MOTS', 'REVISIONS', 'SAFEHTML', 'URLS'] as $plugin) {
    if (!isset($active[$plugin])) ronron_failed("The part $plugin of SPIP is not there.\n" . strip_tags($told));
}

if (sql_countsel('spip_meta', "nom='ronron_settled'") === 0) {
    $text = file('/etc/ronron/start.txt', FILE_IGNORE_NEW_LINES);
    $section = array_shift($text);
    $title = array_shift($text);
    $text = trim(implode("\n", $text));
    $now = date('Y-m-d H:i:s');
    $language = RONRON['meta']['langue_site'];
    $rubrique = sql_insertq('spip_rubriques', ['titre' => $section, 'statut' => 'publie', 'date' => $now, 'lang' => $language, 'langue_choisie' => 'non', 'descriptif' => '', 'texte' => '']);
    sql_updateq('spip_rubriques', ['id_secteur' => $rubrique], "id_rubrique=$rubrique");
    $article = sql_insertq('spip_articles', ['titre' => $title, 'texte' => $text, 'statut' => 'publie', 'date' => $now, 'maj' => $now, 'id_rubrique' => $rubrique,
        'id_secteur' => $rubrique, 'lang' => $language, 'langue_choisie' => 'non', 'surtitre' => '', 'soustitre' => '', 'descriptif' => '', 'chapo' => '', 'ps' => '',
        'nom_site' => '', 'url_site' => '', 'virtuel' => '', 'accepter_forum' => 'non']);
    if (!$rubrique || !$article) ronron_failed('The first article could not be made.');
    calculer_rubriques();
    ecrire_meta('objets_versions', serialize(['spip_articles']));
    sql_insertq('spip_meta', ['nom' => 'ronron_settled', 'valeur' => 'yes', 'impt' => 'non']);
}
$settled = true;
