<?php
// Says whether PHP, the configuration, the database and the files are there. It
// gives nothing away and loads nothing of SPIP.
mysqli_report(MYSQLI_REPORT_OFF);
$fine = false;
$settings = @include '/etc/ronron/database.php';
if (is_array($settings) && extension_loaded('ldap')) {
    $database = mysqli_init();
    $database->options(MYSQLI_OPT_CONNECT_TIMEOUT, 3);
    if (@$database->real_connect($settings['host'], $settings['user'], $settings['password'], $settings['name'])) {
        $row = @$database->query("SELECT 1 FROM spip_meta WHERE nom = 'ronron_settled'");
        $fine = $row && $row->num_rows === 1 && is_writable('/var/lib/spip/IMG') && is_writable('/var/lib/spip/tmp');
    }
}
http_response_code($fine ? 200 : 503);
header('Content-Type: text/plain');
header('Cache-Control: no-store');
echo $fine ? "fine\n" : "not fine\n";
