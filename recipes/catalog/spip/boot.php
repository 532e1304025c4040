<?php
// Starts SPIP on the command line, as if the site's address were asked for.
$ronron = require '/etc/ronron/settings.php';
$_SERVER = [
    'HTTP_HOST' => (string) preg_replace('#^https://#', '', $ronron['url']), 'HTTPS' => 'on', 'SERVER_PORT' => '443',
    'REQUEST_URI' => '/', 'SCRIPT_NAME' => '/spip.php', 'REMOTE_ADDR' => '127.0.0.1', 'DOCUMENT_ROOT' => '/usr/share/spip',
] + $_SERVER;
unset($ronron);
chdir('/usr/share/spip');
require_once '/usr/share/spip/vendor/autoload.php';

function ronron_failed(string $why): never
{
    fwrite(STDERR, "$why\n");
    exit(1);
}
