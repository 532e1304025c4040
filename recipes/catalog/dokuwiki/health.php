<?php
// Says whether PHP, the configuration and the data are there. It gives nothing
// away, loads nothing of DokuWiki, and takes about a millisecond.
$conf = [];
$fine = extension_loaded('ldap')
    && (include '/etc/ronron/local.protected.php') === 1
    && is_readable('/etc/ronron/acl.auth.php')
    && is_dir('/var/lib/dokuwiki/data/pages')
    && @file_put_contents('/var/lib/dokuwiki/data/tmp/.health', 'fine') === 4;
http_response_code($fine ? 200 : 503);
header('Content-Type: text/plain');
header('Cache-Control: no-store');
echo $fine ? "fine\n" : "not fine\n";
