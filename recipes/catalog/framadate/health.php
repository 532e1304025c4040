<?php
// Says whether PHP, the configuration and the database are there. It gives
// nothing away and takes about a millisecond.
$fine = false;
try {
    require '/etc/ronron/config.php';
    $db = new PDO(DB_CONNECTION_STRING, DB_USER, DB_PASSWORD, [PDO::ATTR_TIMEOUT => 2]);
    $db->query('SELECT 1 FROM ' . TABLENAME_PREFIX . 'poll LIMIT 1');
    $fine = is_writable('/tmp/templates');
} catch (Throwable) {
}
http_response_code($fine ? 200 : 503);
header('Content-Type: text/plain');
header('Cache-Control: no-store');
echo $fine ? "fine\n" : "not fine\n";
