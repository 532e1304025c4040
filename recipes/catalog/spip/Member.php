<?php
// export: writes a tar with the profile, articles, messages and files of a member.
// erase: takes their name off all of it, and removes the account. The login is in
// the environment variable MEMBER.
require __DIR__ . '/boot.php';
include_once 'ecrire/inc_version.php';
include_spip('base/abstract_sql');
if (!spip_connect()) ronron_failed('The database does not answer.');

$login = RonronDirectory::login((string) getenv('MEMBER'));
if ($login === null) {
    fwrite(STDERR, "MEMBER is not a login.\n");
    exit(2);
}
$row = sql_fetsel('*', 'spip_auteurs', 'login=' . sql_quote($login, '', 'text') . " AND source LIKE 'ronron%'");

function ronron_of(string $kind, int $author): array
{
    return array_map('intval', array_column(sql_allfetsel('id_objet', 'spip_auteurs_liens', ['objet=' . sql_quote($kind), "id_auteur=$author"]) ?: [], 'id_objet'));
}

function ronron_export(array|false|null $row): never
{
    $folder = '/var/lib/spip/tmp/upload/' . bin2hex(random_bytes(8));
    mkdir("$folder/files", 0700, true);
    if ($row) {
        $id = (int) $row['id_auteur'];
        $all = ['login' => $row['login'], 'name' => $row['nom'], 'mail' => $row['email'], 'about' => $row['bio'], 'site' => $row['url_site'], 'articles' => [], 'messages' => []];
        $articles = ronron_of('article', $id);
        foreach ($articles ? sql_allfetsel('*', 'spip_articles', sql_in('id_article', $articles)) : [] as $article) {
            $all['articles'][] = ['title' => $article['titre'], 'state' => $article['statut'], 'time' => $article['date'], 'head' => $article['chapo'],
                'text' => $article['texte'], 'postscript' => $article['ps'], 'address' => RONRON['url'] . '/spip.php?article' . $article['id_article']];
        }
        foreach (sql_allfetsel('*', 'spip_forum', "id_auteur=$id") ?: [] as $message) {
            $all['messages'][] = ['title' => $message['titre'], 'time' => $message['date_heure'], 'about' => $message['objet'] . ' ' . $message['id_objet'], 'text' => $message['texte']];
        }
        $files = $articles ? sql_allfetsel('D.fichier AS fichier', 'spip_documents AS D JOIN spip_documents_liens AS L ON L.id_document=D.id_document',
            ["L.objet='article'", sql_in('L.id_objet', $articles), "D.distant='non'"]) : [];
        foreach ($files as $file) {
            $path = realpath('/var/lib/spip/IMG/' . $file['fichier']);
            if ($path && str_starts_with($path, '/var/lib/spip/IMG/')) copy($path, "$folder/files/" . basename($path));
        }
        file_put_contents("$folder/member.json", json_encode($all, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES));
    }
    passthru('tar --create --file=- --directory=' . escapeshellarg($folder) . ' .', $code);
    passthru('rm -rf ' . escapeshellarg($folder));
    exit($code);
}

function ronron_erase(array|false|null $row): never
{
    if (!$row) exit(0);
    $id = (int) $row['id_auteur'];
    include_spip('inc/session');
    $fine = sql_updateq('spip_forum', ['id_auteur' => 0, 'auteur' => '', 'email_auteur' => '', 'nom_site' => '', 'url_site' => '', 'ip' => ''], "id_auteur=$id") !== false;
    $fine = sql_updateq('spip_versions', ['id_auteur' => ''], 'id_auteur=' . sql_quote((string) $id, '', 'text')) !== false && $fine;
    $fine = sql_delete('spip_auteurs_liens', "id_auteur=$id") !== false && $fine;
    $fine = sql_delete('spip_auteurs', "id_auteur=$id") !== false && $fine;
    foreach (glob("/var/lib/spip/tmp/sessions/{$id}_*.php") ?: [] as $session) $fine = unlink($session) && $fine;
    foreach (glob("/var/lib/spip/IMG/logo/auton$id.*") ?: [] as $logo) $fine = unlink($logo) && $fine;
    exit($fine ? 0 : 1);
}

match ($argv[1] ?? '') {
    'export' => ronron_export($row),
    'erase' => ronron_erase($row),
    default => exit(2),
};
