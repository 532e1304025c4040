<?php
// Says whether PHP, the configuration, the database and the files are there. It
// gives nothing away and loads nothing of Kanboard.
$fine = false;
try {
    $db = new PDO('sqlite:' . DB_FILENAME, null, null, [PDO::ATTR_TIMEOUT => 2, PDO::SQLITE_ATTR_OPEN_FLAGS => PDO::SQLITE_OPEN_READWRITE]);
    $settled = $db->query("SELECT value FROM settings WHERE option = 'ronron_settled'")->fetchColumn();
    $fine = $settled === 'yes' && is_writable(FILES_DIR) && extension_loaded('ldap') && is_readable('/etc/ronron/directory.php');
} catch (Throwable) {
}
http_response_code($fine ? 200 : 503);
header('Content-Type: text/plain');
header('Cache-Control: no-store');
echo $fine ? "fine\n" : "not fine\n";
