<?php
// Says whether PHP, the configuration and the data are there, and gives nothing away.
$fine = extension_loaded('ldap')
    && is_readable('/etc/ronron/directory.password')
    && is_readable('/var/lib/shaarli/data/config.json.php')
    && @file_put_contents('/var/lib/shaarli/data/.health', 'fine') === 4;
http_response_code($fine ? 200 : 503);
header('Content-Type: text/plain');
header('Cache-Control: no-store');
echo $fine ? "fine\n" : "not fine\n";
